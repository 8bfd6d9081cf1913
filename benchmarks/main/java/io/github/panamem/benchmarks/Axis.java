package io.github.panamem.benchmarks;

import java.util.List;
import java.util.stream.DoubleStream;

/** A logarithmic axis: values to shares of its length, and the ticks that lie on it. */
record Axis(double least, double most) {
    private static final double[] STEPS = {1, 2, 5};

    /** A little wider than the values, and than least..most in any case. Values that are no numbers are ignored. */
    static Axis around(DoubleStream values, double least, double most) {
        double[] present =
                values.filter(value -> value > 0 && Double.isFinite(value)).toArray();
        double low = DoubleStream.of(present).min().orElse(least);
        double high = DoubleStream.of(present).max().orElse(most);
        return new Axis(Math.min(least, low / 1.05), Math.max(most, high * 1.05));
    }

    /** Not wider than from low to high. */
    Axis within(double low, double high) {
        return new Axis(Math.max(least, low), Math.min(most, high));
    }

    /** 0 at least, 1 at most; what lies outside is put at the end. */
    double share(double value) {
        double share = Math.log(value / least) / Math.log(most / least);
        return Math.max(0, Math.min(1, share));
    }

    /** 1, 2 and 5 times powers of ten; only powers of ten where these would be many. */
    List<Double> ticks() {
        double decades = Math.log10(most / least);
        return DoubleStream.iterate(
                        Math.floor(Math.log10(least)), power -> power <= Math.log10(most), power -> power + 1)
                .flatMap(power -> DoubleStream.of(STEPS)
                        .limit(decades > 3 ? 1 : STEPS.length)
                        .map(step -> step * Math.pow(10, power)))
                .filter(tick -> tick >= least && tick <= most)
                .boxed()
                .toList();
    }
}
