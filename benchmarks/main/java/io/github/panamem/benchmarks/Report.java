package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Plan.Contender;
import io.github.panamem.benchmarks.Plan.Interpreter;
import io.github.panamem.benchmarks.Plan.MicroRow;
import io.github.panamem.benchmarks.Plan.PythonRow;
import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The Markdown report: medians with spread, then what they are against the best, glibc and mimalloc. */
final class Report {
    private static final List<String> BASES = List.of("glibc", "mimalloc");

    /** CPU time of the threads that work: what a call costs; other load on the machine disturbs it least. */
    private static final Figure RANKED = Figure.CPU_NS;

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
        medians("Micro rows: ns per malloc + free, CPU of the threads that work", rows, ranked, RANKED);
        ratios("Against the best of each row", rows, ranked, RANKED);
        for (String base : BASES) {
            ratios("Against " + base, rows, ranked, RANKED, base);
        }
        medians("Direct calls, not through our table: ns, CPU", rows, names(c -> !c.ranked()), RANKED);
        medians(
                "ns per malloc + free, CPU of the whole process: boot, JIT and warm-up included",
                rows,
                ranked,
                Figure.PROCESS_CPU_NS);
        ratios("Whole process against the best of each row", rows, ranked, Figure.PROCESS_CPU_NS);
        medians("ns per malloc + free and thread, wall", rows, ranked, Figure.WALL_NS);
        medians("Peak RSS of the process, MiB", rows, ranked, Figure.PEAK_RSS_MIB);
        medians("Crossings per 1,000 allocations", rows, ranked, Figure.CROSSINGS);
        medians("Time from boot to ready, ms", rows, ranked, Figure.READY_MS);
        medians("CPU time of the boot, ms", rows, ranked, Figure.BOOT_CPU_MS);
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

    private void ratios(String title, List<MicroRow> rows, List<String> contenders, Figure figure) {
        ratios(title, rows, contenders, figure, row -> results.best(row.name(), contenders, figure));
    }

    private void ratios(String title, List<MicroRow> rows, List<String> contenders, Figure figure, String base) {
        if (contenders.contains(base)) {
            ratios(title, rows, contenders, figure, row -> results.median(row.name(), base, figure));
        }
    }

    private void ratios(
            String title,
            List<MicroRow> rows,
            List<String> contenders,
            Figure figure,
            ToDoubleFunction<MicroRow> base) {
        Table table = new Table(heads("row", contenders));
        Map<String, double[]> ratios = new HashMap<>();
        for (String contender : contenders) {
            ratios.put(
                    contender,
                    rows.stream()
                            .mapToDouble(row -> Statistics.ratio(
                                    results.median(row.name(), contender, figure), base.applyAsDouble(row)))
                            .toArray());
        }
        for (int i = 0; i < rows.size(); i++) {
            int at = i;
            table.add(line(rows.get(i).title(), contenders, contender -> Table.number(ratios.get(contender)[at], 2)));
        }
        table.add(line(
                "geometric mean",
                contenders,
                contender -> Table.number(Statistics.geometricMean(ratios.get(contender)), 2)));
        if (!rows.isEmpty() && !contenders.isEmpty()) {
            section(title, table);
        }
    }

    private void floors() {
        Table table = new Table(List.of("floor", "ns, CPU", "row above it", "ns, CPU", "ratio"));
        for (MicroRow row : plan.micro()) {
            row.floor()
                    .filter(floor -> results.has(row.name(), floor.contender()))
                    .ifPresent(floor -> {
                        double below = results.median(row.name(), floor.contender(), RANKED);
                        double above = results.median(floor.againstRow(), floor.contender(), RANKED);
                        table.add(List.of(
                                row.title(),
                                Table.number(below, 1, results.spread(row.name(), floor.contender(), RANKED)),
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

    /** Whole processes; "less start" is without what the interpreter's `-c pass` costs over that of the first. */
    private void workloads() {
        Table table = new Table(
                List.of("workload", "with", "CPU ms", "ratio", "less start", "RSS MiB", "ratio", "less start"));
        for (PythonRow row : plan.workloads()) {
            List<String> shown = interpreters("workload", row);
            for (String name : shown) {
                List<String> line = new ArrayList<>(List.of(row.title(), name));
                for (Figure figure : List.of(Figure.CPU_MS, Figure.PEAK_RSS_MIB)) {
                    double value = results.median(row.name(), name, figure);
                    double first = results.median(row.name(), shown.getFirst(), figure);
                    line.add(shown(row, name, figure));
                    line.add(Table.number(Statistics.ratio(value, first), 2));
                    line.add(Table.number(
                            Statistics.ratio(value - startupOver(name, shown.getFirst(), figure), first), 2));
                }
                table.add(line);
            }
        }
        if (!table.isEmpty()) {
            section("Workloads of CPython, ratios to the first", table);
        }
    }

    /** NaN when start-up was not measured. */
    private double startupOver(String name, String first, Figure figure) {
        return plan.startup().stream()
                .mapToDouble(row -> over(row, name, first, figure))
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
