package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Start-up, and the workloads of each CPython, against stock: CPU, wall, peak RSS, crossings and fallback. */
final class PythonReport {
    /** Interpreter.name of the first one in rows.txt. */
    private static final Optional<String> BASE = Optional.of("stock");

    private final Results results;
    private final List<StartupRow> startup;
    private final List<String> interpreters;
    private final Map<String, List<WorkloadRow>> workloads = new LinkedHashMap<>();

    PythonReport(Plan plan, Results results) {
        this.results = results;
        this.startup = plan.startup();
        this.interpreters = plan.interpreters().stream().map(Interpreter::name).toList();
        plan.workloads()
                .forEach(row -> workloads
                        .computeIfAbsent(row.python().name(), name -> new ArrayList<>())
                        .add(row));
    }

    List<Document.Section> sections() {
        Document.Builder sections = new Document.Builder().add(startupSection());
        workloads.forEach((python, rows) -> add(sections, "CPython " + python, rows));
        return sections.sections();
    }

    List<Report.Standing> standings() {
        List<Report.Standing> standings = new ArrayList<>();
        workloads.forEach((python, rows) -> {
            String name = "CPython " + python;
            standings.addAll(Report.standings(name + ", CPU", grid(rows, Figure.CPU_MS), row -> BASE));
            standings.addAll(Report.standings(name + ", wall", grid(rows, Figure.WALL_MS), row -> BASE));
            standings.addAll(Report.standings(name + ", RSS", grid(rows, Figure.PEAK_RSS_MIB), row -> BASE));
        });
        return standings;
    }

    private void add(Document.Builder sections, String python, List<WorkloadRow> rows) {
        Grid<WorkloadRow> cpu = grid(rows, Figure.CPU_MS);
        sections.add(new Document.Section(
                python + ": CPU time of the process against stock pymalloc",
                "All threads, boot and JIT included. Control rows are shown and not averaged.",
                cpu.ratios(row -> BASE, row -> !row.control()),
                Optional.of(cpu.chart(row -> BASE))));
        sections.add(new Document.Section(
                python + ": wall time against stock pymalloc",
                "",
                grid(rows, Figure.WALL_MS).ratios(row -> BASE, row -> !row.control())));
        sections.add(new Document.Section(
                python + ": peak RSS against stock pymalloc",
                "",
                grid(rows, Figure.PEAK_RSS_MIB).ratios(row -> BASE, row -> !row.control())));
        sections.add(new Document.Section(
                        python + ": peak RSS over the fixed cost, against stock pymalloc",
                        "Less what `-c pass` takes more than with stock (where Java had started: with boot=sync).",
                        lessStart(rows))
                .asMain());
        sections.add(new Document.Section(python + ": CPU time, ms", "", cpu.medians()));
        sections.add(new Document.Section(
                python + ": peak RSS, MiB", "", grid(rows, Figure.PEAK_RSS_MIB).medians()));
        sections.add(new Document.Section(
                        python + ": crossings per 1,000 calls",
                        "Calls that Java served.",
                        grid(rows, Figure.CROSSINGS).medians())
                .asMain());
        sections.add(new Document.Section(
                        python + ": blocks that the fallback handed out, % of calls",
                        "",
                        grid(rows, Figure.FALLBACK).medians())
                .asMain());
    }

    private Grid<WorkloadRow> grid(List<WorkloadRow> rows, Figure figure) {
        return new Grid<>(results, rows, interpreters, figure);
    }

    private Document.Section startupSection() {
        Table table = new Table(
                List.of("start-up", "with", "wall ms", "over stock", "CPU ms", "over stock", "RSS MiB", "over stock"));
        for (StartupRow row : startup) {
            for (String name : interpreters) {
                if (results.has(row.name(), name)) {
                    List<String> line = new ArrayList<>(List.of(row.title(), name));
                    for (Figure figure : List.of(Figure.WALL_MS, Figure.CPU_MS, Figure.PEAK_RSS_MIB)) {
                        line.add(Table.number(
                                results.median(row.name(), name, figure),
                                figure.decimals,
                                results.spread(row.name(), name, figure)));
                        line.add(Table.number(overStock(row.name(), name, figure), figure.decimals));
                    }
                    table.add(line);
                }
            }
        }
        return new Document.Section("Start-up", "Whole processes; stock is the same program without Panamem.", table)
                .asMain();
    }

    private Table lessStart(List<WorkloadRow> rows) {
        Grid<WorkloadRow> grid = grid(rows, Figure.PEAK_RSS_MIB);
        List<String> shown = grid.contenders().stream()
                .filter(name -> !Double.isNaN(fixedRss(rows.getFirst(), name)))
                .toList();
        List<String> heads = new ArrayList<>(List.of("row"));
        heads.addAll(shown);
        Table table = new Table(heads);
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        for (WorkloadRow row : grid.rows()) {
            List<String> line = new ArrayList<>(List.of(row.title()));
            for (String name : shown) {
                double ratio = Statistics.ratio(
                        grid.median(row, name) - fixedRss(row, name), grid.median(row, BASE.orElseThrow()));
                line.add(Table.number(ratio, 2));
                if (!row.control()) {
                    ratios.computeIfAbsent(name, key -> new ArrayList<>()).add(ratio);
                }
            }
            table.add(line);
        }
        if (!shown.isEmpty() && !table.isEmpty()) {
            List<String> means = new ArrayList<>(List.of("geometric mean"));
            shown.forEach(name -> means.add(Table.number(
                    Statistics.geometricMean(ratios.getOrDefault(name, List.of()).stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray()),
                    2)));
            table.add(means);
        }
        return shown.isEmpty() ? new Table(heads) : table;
    }

    /**
     * What `-c pass` takes more than with stock, with Java started where the workload had it started too. NaN when the
     * start-up of that Python was not measured with it.
     */
    private double fixedRss(WorkloadRow workload, String name) {
        boolean java = !Double.isNaN(results.median(workload.name(), name, Figure.READY_MS));
        String sync = name + "-sync";
        String measured = java && Report.ALL_OURS.contains(sync) ? sync : name;
        return startup.stream()
                .filter(row -> row.python().filter(workload.python()::equals).isPresent())
                .mapToDouble(row -> overStock(row.name(), measured, Figure.PEAK_RSS_MIB))
                .findFirst()
                .orElse(Double.NaN);
    }

    private double overStock(String row, String name, Figure figure) {
        return results.median(row, name, figure) - results.median(row, BASE.orElseThrow(), figure);
    }
}
