package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;

/** The few figures that stand for many: median, spread, ratio, geometric mean; and the order of a round. */
final class Statistics {
    private Statistics() {}

    /** The middle value, or the mean of the two in the middle; NaN of nothing. */
    static double median(double... values) {
        return quantile(0.5, values);
    }

    /** How far the middle half of the values lies apart, as a share of the median; NaN of fewer than two, or of a median of 0. */
    static double spread(double... values) {
        if (values.length < 2) {
            return Double.NaN;
        }
        double distance = quantile(0.75, values) - quantile(0.25, values);
        return distance == 0 ? 0 : ratio(distance, median(values));
    }

    /** Smaller is better; NaN when either is missing. */
    static double ratio(double value, double base) {
        return base == 0 ? Double.NaN : value / base;
    }

    /** Of those that are numbers; NaN of nothing. */
    static double geometricMean(double... ratios) {
        double[] present =
                DoubleStream.of(ratios).filter(ratio -> !Double.isNaN(ratio)).toArray();
        return Math.exp(DoubleStream.of(present).map(Math::log).average().orElse(Double.NaN));
    }

    /** The same list begun at another place each round, so that no contender always runs first. */
    static <T> List<T> rotated(List<T> contenders, int round) {
        List<T> order = new ArrayList<>(contenders);
        Collections.rotate(order, -round);
        return order;
    }

    /** Linear between the two nearest ranks; NaN of nothing. */
    static double quantile(double share, double... values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = DoubleStream.of(values).sorted().toArray();
        double rank = share * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }
}
