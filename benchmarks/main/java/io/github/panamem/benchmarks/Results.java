package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All samples of a run, by row and contender, and the figures that stand for them. */
final class Results {
    private final Map<String, Map<String, List<Sample>>> samples = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    void add(Cell cell, Sample sample) {
        samples.computeIfAbsent(cell.row(), row -> new LinkedHashMap<>())
                .computeIfAbsent(cell.contender(), contender -> new ArrayList<>())
                .add(sample);
    }

    void fail(Cell cell, String why) {
        failures.add(cell.row() + ", " + cell.contender() + ": " + why);
    }

    List<String> failures() {
        return failures;
    }

    boolean has(String row, String contender) {
        return !of(row, contender).isEmpty();
    }

    /** NaN when nothing was measured. */
    double median(String row, String contender, Figure figure) {
        return Statistics.median(values(row, contender, figure));
    }

    double spread(String row, String contender, Figure figure) {
        return Statistics.spread(values(row, contender, figure));
    }

    /** How the one compares with the other, by the rounds of both. */
    Interval against(String row, String contender, String base, Figure figure) {
        return Interval.of(values(row, contender, figure), values(row, base, figure));
    }

    /** The contender of the least median; empty when none has one. */
    Optional<String> bestOf(String row, List<String> contenders, Figure figure) {
        return contenders.stream()
                .filter(contender -> !Double.isNaN(median(row, contender, figure)))
                .min(Comparator.comparingDouble(contender -> median(row, contender, figure)));
    }

    /** Row → contender → samples in the order of the rounds. */
    Map<String, Map<String, List<Sample>>> samples() {
        return samples;
    }

    /** Row → contender → figure → summary; figures that no sample has are left out. */
    Map<String, Map<String, Map<Figure, Summary>>> medians() {
        Map<String, Map<String, Map<Figure, Summary>>> medians = new LinkedHashMap<>();
        samples.forEach((row, contenders) -> contenders.keySet().forEach(contender -> {
            Map<Figure, Summary> figures = medians.computeIfAbsent(row, key -> new LinkedHashMap<>())
                    .computeIfAbsent(contender, key -> new EnumMap<>(Figure.class));
            for (Figure figure : Figure.values()) {
                double[] values = values(row, contender, figure);
                if (values.length > 0) {
                    double spread = Statistics.spread(values);
                    figures.put(
                            figure,
                            new Summary(
                                    Statistics.median(values), Double.isNaN(spread) ? null : spread, values.length));
                }
            }
        }));
        return medians;
    }

    /** Row → other contender → ratio, low and high of the row's first figure below; the ratio alone of too few rounds. */
    Map<String, Map<String, List<Double>>> against(String ours) {
        Map<String, Map<String, List<Double>>> against = new LinkedHashMap<>();
        samples.forEach((row, contenders) -> contenders.keySet().forEach(other -> {
            Interval interval = Stream.of(Figure.CPU_NS, Figure.COST_CPU_MS, Figure.CPU_MS)
                    .map(figure -> against(row, ours, other, figure))
                    .filter(one -> !Double.isNaN(one.ratio()))
                    .findFirst()
                    .orElse(Interval.NONE);
            if (!other.equals(ours) && !Double.isNaN(interval.ratio())) {
                against.computeIfAbsent(row, key -> new LinkedHashMap<>())
                        .put(
                                other,
                                interval.known()
                                        ? List.of(interval.ratio(), interval.low(), interval.high())
                                        : List.of(interval.ratio()));
            }
        }));
        return against;
    }

    /** A median of so many samples and the distance of their quartiles as a share of it; null of one sample. */
    record Summary(double median, Double spread, int samples) {}

    private List<Sample> of(String row, String contender) {
        return samples.getOrDefault(row, Map.of()).getOrDefault(contender, List.of());
    }

    private double[] values(String row, String contender, Figure figure) {
        return of(row, contender).stream()
                .mapToDouble(figure::of)
                .filter(value -> !Double.isNaN(value))
                .toArray();
    }
}
