package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The series: cost at each point, and how many times the first point's cost the last one's is. */
final class ScalingReport {
    private static final Map<String, String> AXES = Map.of(
            "live", "live blocks", "threads", "threads on this machine's processors", "range", "GiB of address space");

    private final Map<String, List<MicroRow>> series = new LinkedHashMap<>();
    private final List<String> contenders;
    private final Results results;

    ScalingReport(Plan plan, Results results) {
        this.results = results;
        contenders = plan.contenders().stream()
                .filter(contender -> contender.kinds().contains("scaling"))
                .map(Contender::name)
                .toList();
        plan.scaling()
                .forEach(row -> series.computeIfAbsent(row.point().orElseThrow().series(), name -> new ArrayList<>())
                        .add(row));
    }

    List<Document.Section> sections() {
        Document.Builder sections = new Document.Builder();
        series.forEach((name, rows) -> {
            Grid<MicroRow> grid = new Grid<>(results, rows, contenders, Figure.CPU_NS);
            Table table = grid.medians();
            if (grid.rows().size() > 1) {
                table.add(growth(grid));
            }
            sections.add(new Document.Section(
                    "Scaling with " + axis(name) + ": ns per malloc + free, CPU of the threads that work",
                    "Growth: the cost of the last row over that of the first.",
                    table,
                    Optional.of(lines(name, grid))));
        });
        return sections.sections();
    }

    /** Growth against the least growth of the others, where there are others. */
    List<Report.Standing> standings() {
        List<Report.Standing> standings = new ArrayList<>();
        series.forEach((name, rows) -> {
            Grid<MicroRow> grid = new Grid<>(results, rows, contenders, Figure.CPU_NS);
            List<String> peers = Report.peers(grid.contenders());
            double worst = peers.stream()
                    .mapToDouble(peer -> growth(grid, peer))
                    .filter(growth -> !Double.isNaN(growth))
                    .max()
                    .orElse(Double.NaN);
            double ratio = Statistics.ratio(growth(grid, Report.OURS), worst);
            if (grid.rows().size() > 1 && !Double.isNaN(ratio)) {
                standings.add(new Report.Standing(
                        "scaling",
                        "growth with " + axis(name),
                        "the worst peer",
                        new Interval(ratio, Double.NaN, Double.NaN)));
            }
        });
        return standings;
    }

    private static List<String> growth(Grid<MicroRow> grid) {
        List<String> line = new ArrayList<>(List.of("growth"));
        grid.contenders().forEach(contender -> line.add(Table.number(growth(grid, contender), 2)));
        return line;
    }

    private static double growth(Grid<MicroRow> grid, String contender) {
        if (grid.rows().isEmpty()) {
            return Double.NaN;
        }
        return Statistics.ratio(
                grid.median(grid.rows().getLast(), contender),
                grid.median(grid.rows().getFirst(), contender));
    }

    private static Chart lines(String name, Grid<MicroRow> grid) {
        return new Chart.Lines(
                axis(name),
                grid.contenders().stream()
                        .map(contender -> new Chart.Line(
                                contender,
                                grid.rows().stream()
                                        .map(row -> new Chart.Point(
                                                row.point().orElseThrow().x(), grid.median(row, contender)))
                                        .filter(point -> !Double.isNaN(point.y()))
                                        .toList()))
                        .toList());
    }

    private static String axis(String series) {
        return AXES.getOrDefault(series, series);
    }
}
