package io.github.panamem.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What rows.txt asks for, or the part of it that the command line selects. Among the micro rows are floors. */
record Plan(
        List<MicroRow> micro,
        List<MicroRow> scaling,
        List<Contender> contenders,
        List<StartupRow> startup,
        List<WorkloadRow> workloads,
        List<Interpreter> interpreters,
        List<ProgramRow> programs) {

    static Plan of(RowsFile file) {
        List<MicroRow> micro = new ArrayList<>(file.all("micro", MicroRow::of));
        micro.addAll(file.all("floor", MicroRow::of));
        List<StartupRow> startup = new ArrayList<>();
        List<WorkloadRow> workloads = new ArrayList<>();
        List<Python> pythons = file.all("python", Python::of);
        for (Python python : pythons) {
            String suffix = python == pythons.getFirst() ? "" : "-" + python.name();
            file.all("startup", StartupRow::of).stream()
                    .filter(StartupRow::ofPython)
                    .forEach(row -> startup.add(row.on(python, suffix)));
            workloads.addAll(file.all("workload", line -> WorkloadRow.of(line, python, suffix)));
        }
        file.all("startup", StartupRow::of).stream()
                .filter(row -> !row.ofPython())
                .forEach(startup::add);
        return new Plan(
                List.copyOf(micro),
                file.all("scaling", MicroRow::of),
                file.all("contender", Contender::of),
                List.copyOf(startup),
                List.copyOf(workloads),
                file.all("interpreter", Interpreter::of),
                file.all("program", ProgramRow::of));
    }

    /** The part that --quick has time for. */
    Plan quick() {
        return new Plan(
                keep(micro, row -> row.quickOperations() > 0),
                keep(scaling, row -> row.quickOperations() > 0),
                contenders,
                keep(
                        startup,
                        row -> row.quickRounds() > 0
                                && row.python().map(Python::quick).orElse(true)),
                keep(workloads, row -> row.quickScale() > 0 && row.python().quick()),
                keep(interpreters, one -> one.quick() || one.onRequest()),
                keep(programs, ProgramRow::quick));
    }

    /**
     * Only these; an empty list selects everything, an unknown name is an error that lists what there is. Rows are named
     * one by one or by their group.
     */
    Plan select(List<String> rowNames, List<String> contenderNames) {
        Map<String, List<? extends Row>> groups = groups();
        Set<String> rows = new LinkedHashSet<>(groups.keySet());
        groups.values().forEach(group -> group.forEach(row -> rows.add(row.name())));
        Set<String> names = new LinkedHashSet<>();
        contenders.forEach(contender -> names.add(contender.name()));
        interpreters.forEach(interpreter -> names.add(interpreter.name()));
        refuseUnknown("row", rowNames, rows);
        refuseUnknown("contender", contenderNames, names);
        Predicate<String> nameChosen = name -> contenderNames.isEmpty() || contenderNames.contains(name);
        return new Plan(
                rowsOf("micro", micro, rowNames),
                rowsOf("scaling", scaling, rowNames),
                keep(contenders, contender -> nameChosen.test(contender.name())),
                rowsOf("startup", startup, rowNames),
                rowsOf("cpython", workloads, rowNames),
                keep(interpreters, interpreter -> nameChosen.test(interpreter.name())),
                rowsOf("programs", programs, rowNames));
    }

    /** What runs where nobody names a contender. */
    Plan unasked() {
        return new Plan(
                micro,
                scaling,
                keep(contenders, one -> !one.onRequest()),
                startup,
                workloads,
                keep(interpreters, one -> !one.onRequest()),
                programs);
    }

    /** CPython's workloads so many times as long. */
    Plan times(int times) {
        List<WorkloadRow> longer =
                workloads.stream().map(row -> row.times(times)).toList();
        return new Plan(micro, scaling, contenders, startup, longer, interpreters, programs);
    }

    Plan withPrograms(List<ProgramRow> built) {
        return new Plan(micro, scaling, contenders, startup, workloads, interpreters, built);
    }

    /** What of it this machine can run. */
    Plan present(
            Predicate<Contender> contenderPresent,
            Predicate<Interpreter> interpreterPresent,
            Predicate<Python> pythonPresent) {
        return new Plan(
                micro,
                scaling,
                keep(contenders, contenderPresent),
                keep(startup, row -> row.python().map(pythonPresent::test).orElse(true)),
                keep(workloads, row -> pythonPresent.test(row.python())),
                keep(interpreters, interpreterPresent),
                programs);
    }

    /** One line each, for people. */
    void print(PrintWriter out) {
        groups().forEach((group, rows) -> {
            if (!rows.isEmpty()) {
                out.println("rows of " + group + ":");
            }
            rows.forEach(row -> out.println("  " + row.name() + ": " + row.title()));
        });
        out.println("contenders of micro, scaling and programs:");
        contenders.forEach(contender -> out.println("  " + contender.name()));
        out.println("contenders of startup and cpython:");
        interpreters.forEach(interpreter -> out.println("  " + interpreter.name()));
        out.flush();
    }

    private Map<String, List<? extends Row>> groups() {
        Map<String, List<? extends Row>> groups = new LinkedHashMap<>();
        groups.put("micro", micro);
        groups.put("startup", startup);
        groups.put("cpython", workloads);
        groups.put("programs", programs);
        groups.put("scaling", scaling);
        return groups;
    }

    private static <T extends Row> List<T> rowsOf(String group, List<T> rows, List<String> names) {
        return keep(rows, row -> names.isEmpty() || names.contains(group) || names.contains(row.name()));
    }

    private static <T> List<T> keep(List<T> all, Predicate<T> chosen) {
        return all.stream().filter(chosen).toList();
    }

    private static void refuseUnknown(String what, List<String> wanted, Set<String> known) {
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "no " + what + " " + name + "; there are " + String.join(", ", known));
            }
        }
    }
}
