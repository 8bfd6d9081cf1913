package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One figure of some rows for some contenders, as tables and charts. Contenders that have none of it are left out. */
final class Grid<R extends Row> {
    private final Results results;
    private final List<R> rows;
    private final List<String> contenders;
    private final Function<R, Figure> figure;

    Grid(Results results, List<R> rows, List<String> contenders, Function<R, Figure> figure) {
        this.results = results;
        this.figure = figure;
        this.rows = rows.stream()
                .filter(row -> contenders.stream().anyMatch(contender -> has(row, contender)))
                .toList();
        this.contenders = contenders.stream()
                .filter(contender -> rows.stream().anyMatch(row -> has(row, contender)))
                .toList();
    }

    Grid(Results results, List<R> rows, List<String> contenders, Figure figure) {
        this(results, rows, contenders, row -> figure);
    }

    List<String> contenders() {
        return contenders;
    }

    List<R> rows() {
        return rows;
    }

    double median(R row, String contender) {
        return results.median(row.name(), contender, figure.apply(row));
    }

    /** NaN when there is no base. */
    Interval ratio(R row, String contender, Optional<String> base) {
        return base.map(other -> results.against(row.name(), contender, other, figure.apply(row)))
                .orElse(Interval.NONE);
    }

    /** The best of these in the row. */
    Optional<String> best(R row, List<String> among) {
        return results.bestOf(row.name(), among, figure.apply(row));
    }

    double geometricMean(String contender, Function<R, Optional<String>> base, Predicate<R> averaged) {
        return Statistics.geometricMean(rows.stream()
                .filter(averaged)
                .mapToDouble(row -> ratio(row, contender, base.apply(row)).ratio())
                .toArray());
    }

    Table medians() {
        Table table = new Table(heads("row"));
        for (R row : rows) {
            Figure shown = figure.apply(row);
            table.add(line(
                    row.title(),
                    contender -> Table.number(
                            median(row, contender), shown.decimals, results.spread(row.name(), contender, shown))));
        }
        return table;
    }

    /** With a line of geometric means over the averaged rows. */
    Table ratios(Function<R, Optional<String>> base, Predicate<R> averaged) {
        Table table = new Table(heads("row"));
        rows.forEach(row -> table.add(line(
                row.title(),
                contender -> Table.number(ratio(row, contender, base.apply(row)).ratio(), 2))));
        if (!rows.isEmpty()) {
            table.add(line("geometric mean", contender -> Table.number(geometricMean(contender, base, averaged), 2)));
        }
        return table;
    }

    /** One contender against each of the others, with intervals. */
    Table against(String ours, List<String> others) {
        List<String> heads = new ArrayList<>(List.of("row"));
        heads.addAll(others);
        Table table = new Table(heads);
        for (R row : rows) {
            List<String> line = new ArrayList<>(List.of(row.title()));
            others.forEach(
                    other -> line.add(ratio(row, ours, Optional.of(other)).toString()));
            table.add(line);
        }
        return table;
    }

    Chart chart(Function<R, Optional<String>> base) {
        return new Chart.Ratios(
                Report.OURS,
                contenders,
                rows.stream()
                        .map(row -> new Chart.Group(
                                row.title(),
                                contenders.stream()
                                        .map(contender ->
                                                new Chart.Dot(contender, ratio(row, contender, base.apply(row))))
                                        .filter(dot ->
                                                !Double.isNaN(dot.interval().ratio()))
                                        .toList()))
                        .toList());
    }

    private boolean has(R row, String contender) {
        return !Double.isNaN(results.median(row.name(), contender, figure.apply(row)));
    }

    private List<String> heads(String first) {
        return Stream.concat(Stream.of(first), contenders.stream()).toList();
    }

    private List<String> line(String first, Function<String, String> cell) {
        return Stream.concat(Stream.of(first), contenders.stream().map(cell)).toList();
    }
}
