package io.github.panamem.benchmarks;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A ratio of two medians and where it lies with 95 % confidence: a percentile bootstrap over rounds. A round's two values
 * are drawn together, for they were measured one after the other and share the machine's mood.
 */
record Interval(double ratio, double low, double high) {
    static final Interval NONE = new Interval(Double.NaN, Double.NaN, Double.NaN);

    /** Of fewer rounds an interval would pretend to know something. */
    static final int LEAST_ROUNDS = 3;

    private static final int RESAMPLES = 2000;
    private static final double TAIL = 0.025;

    /** Values and bases are in the order of the rounds. low and high are NaN when the rounds are too few. */
    static Interval of(double[] values, double[] bases) {
        double ratio = Statistics.ratio(Statistics.median(values), Statistics.median(bases));
        int rounds = Math.min(values.length, bases.length);
        if (rounds < LEAST_ROUNDS || Double.isNaN(ratio)) {
            return new Interval(ratio, Double.NaN, Double.NaN);
        }
        SplittableRandom random = new SplittableRandom(rounds); // the same samples give the same interval
        double[] ratios = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            ratios[i] = resampled(values, bases, rounds, random);
        }
        return new Interval(ratio, Statistics.quantile(TAIL, ratios), Statistics.quantile(1 - TAIL, ratios));
    }

    private static double resampled(double[] values, double[] bases, int rounds, SplittableRandom random) {
        double[] drawnValues = new double[rounds];
        double[] drawnBases = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            int round = random.nextInt(rounds);
            drawnValues[i] = values[round];
            drawnBases[i] = bases[round];
        }
        return Statistics.ratio(Statistics.median(drawnValues), Statistics.median(drawnBases));
    }

    boolean known() {
        return !Double.isNaN(low);
    }

    /** More than 1, and not by chance: the whole interval is above it, or there is none to ask. */
    boolean behind() {
        return known() ? low > 1 : ratio > 1;
    }

    /** Such as "1.05 [0.98, 1.11]". */
    @Override
    public String toString() {
        return Table.number(ratio, 2) + (known() ? String.format(Locale.ROOT, " [%.2f, %.2f]", low, high) : "");
    }
}
