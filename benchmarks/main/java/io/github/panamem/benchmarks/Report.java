package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Plan.Contender;
import io.github.panamem.benchmarks.Plan.Interpreter;
import io.github.panamem.benchmarks.Plan.MicroRow;
import io.github.panamem.benchmarks.Plan.PythonRow;
import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The Markdown report: medians with spread, then what they are against the best, glibc and mimalloc. */
final class Report {
    private static final List<String> BASES = List.of("glibc", "mimalloc");

    private final Plan plan;
    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private Report(Plan plan, Results results) {
        this.plan = plan;
        this.results = results;
    }

    static String markdown(Plan plan, Results results, Map<String, String> machine, List<String> missing) {
        Report report = new Report(plan, results);
        report.head(machine, missing);
        report.micro();
        report.floors();
        report.startup();
        report.workloads();
        return report.text.toString();
    }

    private void head(Map<String, String> machine, List<String> missing) {
        text.append("# Panamem bench\n\n");
        machine.forEach((key, value) ->
                text.append("- ").append(key).append(": ").append(value).append('\n'));
        missing.forEach(line -> text.append("- missing: ").append(line).append('\n'));
        results.failures()
                .forEach(line -> text.append("- **failed**: ").append(line).append('\n'));
        text.append("\nMedians; ± is the distance of the quartiles as a share of the median. Smaller is better.\n");
    }

    // ---- Micro rows -------------------------------------------------------------------------------------------------

    private void micro() {
        List<MicroRow> rows =
                plan.micro().stream().filter(row -> row.floor().isEmpty()).toList();
        List<String> ranked = names(Contender::ranked);
        medians("Micro rows: ns per malloc + free, wall, per thread", rows, ranked, Figure.WALL_NS);
        ratios("Against the best of each row", rows, ranked, row -> results.best(row.name(), ranked, Figure.WALL_NS));
        for (String base : BASES) {
            if (ranked.contains(base)) {
                ratios("Against " + base, rows, ranked, row -> results.median(row.name(), base, Figure.WALL_NS));
            }
        }
        medians("ns per malloc + free, CPU of the whole process while measured", rows, ranked, Figure.CPU_NS);
        medians("Peak RSS of the process, MiB", rows, ranked, Figure.PEAK_RSS_MIB);
        medians("Crossings per 1,000 allocations", rows, ranked, Figure.CROSSINGS);
        medians("Time from boot to ready, ms", rows, ranked, Figure.READY_MS);
        medians("CPU time of the boot, ms", rows, ranked, Figure.BOOT_CPU_MS);
        medians("Direct calls, not through our table: ns, wall", rows, names(c -> !c.ranked()), Figure.WALL_NS);
    }

    private List<String> names(Predicate<Contender> chosen) {
        return plan.contenders().stream().filter(chosen).map(Contender::name).toList();
    }

    /** Nothing at all when no contender has that figure. */
    private void medians(String title, List<MicroRow> rows, List<String> contenders, Figure figure) {
        List<String> shown = contenders.stream()
                .filter(contender ->
                        rows.stream().anyMatch(row -> !Double.isNaN(results.median(row.name(), contender, figure))))
                .toList();
        Table table = new Table(heads("row", shown));
        for (MicroRow row : rows) {
            table.add(line(
                    row.title(),
                    shown,
                    contender -> Table.number(
                            results.median(row.name(), contender, figure),
                            figure.decimals,
                            results.spread(row.name(), contender, figure))));
        }
        if (!shown.isEmpty()) {
            section(title, table);
        }
    }

    private void ratios(String title, List<MicroRow> rows, List<String> contenders, ToDoubleFunction<MicroRow> base) {
        Table table = new Table(heads("row", contenders));
        for (MicroRow row : rows) {
            table.add(line(row.title(), contenders, contender -> Table.number(ratio(row, contender, base), 2)));
        }
        table.add(line(
                "geometric mean",
                contenders,
                contender -> Table.number(
                        Statistics.geometricMean(rows.stream()
                                .mapToDouble(row -> ratio(row, contender, base))
                                .toArray()),
                        2)));
        if (!rows.isEmpty() && !contenders.isEmpty()) {
            section(title, table);
        }
    }

    private double ratio(MicroRow row, String contender, ToDoubleFunction<MicroRow> base) {
        return Statistics.ratio(results.median(row.name(), contender, Figure.WALL_NS), base.applyAsDouble(row));
    }

    private void floors() {
        Table table = new Table(List.of("floor", "ns, wall", "row above it", "ns, wall", "ratio"));
        for (MicroRow row : plan.micro()) {
            row.floor()
                    .filter(floor -> results.has(row.name(), floor.contender()))
                    .ifPresent(floor -> {
                        double below = results.median(row.name(), floor.contender(), Figure.WALL_NS);
                        double above = results.median(floor.againstRow(), floor.contender(), Figure.WALL_NS);
                        table.add(List.of(
                                row.title(),
                                Table.number(below, 1, results.spread(row.name(), floor.contender(), Figure.WALL_NS)),
                                floor.contender() + ", " + floor.againstRow(),
                                Table.number(above, 1),
                                Table.number(Statistics.ratio(above, below), 2)));
                    });
        }
        if (!table.isEmpty()) {
            section("Floors", table);
        }
    }

    // ---- CPython ----------------------------------------------------------------------------------------------------

    private void startup() {
        Table table =
                new Table(List.of("start-up", "with", "wall ms", "over first", "CPU ms", "over first", "RSS MiB"));
        for (PythonRow row : plan.startup()) {
            List<String> shown = interpreters("startup", row);
            for (String name : shown) {
                table.add(List.of(
                        row.title(),
                        name,
                        shown(row, name, Figure.WALL_MS),
                        Table.number(over(row, name, shown.getFirst(), Figure.WALL_MS), 1),
                        shown(row, name, Figure.CPU_MS),
                        Table.number(over(row, name, shown.getFirst(), Figure.CPU_MS), 1),
                        shown(row, name, Figure.PEAK_RSS_MIB)));
            }
        }
        if (!table.isEmpty()) {
            section("Start-up of CPython", table);
        }
    }

    private void workloads() {
        Table table = new Table(List.of("workload", "with", "CPU ms", "ratio", "RSS MiB", "ratio", "over fixed cost"));
        for (PythonRow row : plan.workloads()) {
            List<String> shown = interpreters("workload", row);
            for (String name : shown) {
                double cpu = results.median(row.name(), name, Figure.CPU_MS);
                double rss = results.median(row.name(), name, Figure.PEAK_RSS_MIB);
                double firstRss = results.median(row.name(), shown.getFirst(), Figure.PEAK_RSS_MIB);
                table.add(List.of(
                        row.title(),
                        name,
                        shown(row, name, Figure.CPU_MS),
                        Table.number(
                                Statistics.ratio(cpu, results.median(row.name(), shown.getFirst(), Figure.CPU_MS)), 2),
                        shown(row, name, Figure.PEAK_RSS_MIB),
                        Table.number(Statistics.ratio(rss, firstRss), 2),
                        Table.number(Statistics.ratio(rss - fixedRss(name, shown.getFirst()), firstRss), 2)));
            }
        }
        if (!table.isEmpty()) {
            section("Workloads of CPython, ratios to the first", table);
        }
    }

    /** What this interpreter's memory costs before any work: its `-c pass` over that of the first; NaN when not run. */
    private double fixedRss(String name, String first) {
        return plan.startup().stream()
                .mapToDouble(row -> over(row, name, first, Figure.PEAK_RSS_MIB))
                .findFirst()
                .orElse(Double.NaN);
    }

    private double over(PythonRow row, String name, String first, Figure figure) {
        return results.median(row.name(), name, figure) - results.median(row.name(), first, figure);
    }

    private String shown(PythonRow row, String name, Figure figure) {
        return Table.number(
                results.median(row.name(), name, figure), figure.decimals, results.spread(row.name(), name, figure));
    }

    private List<String> interpreters(String kind, PythonRow row) {
        return plan.interpreters().stream()
                .filter(interpreter -> interpreter.kinds().contains(kind))
                .map(Interpreter::name)
                .filter(name -> results.has(row.name(), name))
                .toList();
    }

    // ---- Form -------------------------------------------------------------------------------------------------------

    private void section(String title, Table table) {
        text.append("\n## ").append(title).append("\n\n").append(table);
    }

    private static List<String> heads(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    private static List<String> line(String first, List<String> contenders, Function<String, String> cell) {
        List<String> line = new ArrayList<>(List.of(first));
        contenders.forEach(contender -> line.add(cell.apply(contender)));
        return line;
    }
}
