package io.github.panamem.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** What rows.txt asks for, or the part of it that the command line selects. */
record Plan(
        List<MicroRow> micro,
        List<Contender> contenders,
        List<PythonRow> startup,
        List<PythonRow> workloads,
        List<Interpreter> interpreters) {

    /** A row that the C program runs. A floor is no allocation: it stands under another row, and is never ranked. */
    record MicroRow(
            String name,
            String title,
            String pattern,
            long minBytes,
            long maxBytes,
            long liveCount,
            int threadCount,
            long seed,
            long operations,
            long quickOperations,
            long warmupOperations,
            Optional<Floor> floor) {

        static MicroRow of(RowsFile.Line line) {
            return new MicroRow(
                    line.text("row"),
                    line.text("title"),
                    line.text("pattern"),
                    line.count("min_bytes"),
                    Long.parseLong(line.text("max_bytes", line.text("min_bytes"))),
                    line.count("live"),
                    Math.toIntExact(line.count("threads")),
                    line.count("seed"),
                    line.count("operations"),
                    line.count("quick"),
                    line.count("warmup"),
                    line.kind().equals("floor")
                            ? Optional.of(new Floor(line.text("contender"), line.text("against")))
                            : Optional.empty());
        }

        boolean suits(Contender contender) {
            return floor.map(under -> under.contender().equals(contender.name()))
                    .orElse(threadCount == 1 || contender.via() != Via.CPYTHON);
        }
    }

    /** The contender that runs a floor, and the row above it. */
    record Floor(String contender, String againstRow) {}

    /** The way of a call into the allocator. */
    enum Via {
        TABLE,
        CPYTHON,
        DIRECT
    }

    /** An allocator; library and package are empty where nothing must be installed. */
    record Contender(String name, Via via, String malloc, String library, String debianPackage) {
        static Contender of(RowsFile.Line line) {
            Via via = Via.valueOf(line.text("via").toUpperCase(Locale.ROOT));
            return new Contender(
                    line.text("name"),
                    via,
                    via == Via.TABLE ? line.text("malloc") : "",
                    line.text("library", ""),
                    line.text("package", ""));
        }

        /** Ranked against each other are only those that are called through the same indirection. */
        boolean ranked() {
            return via != Via.DIRECT;
        }
    }

    /** A whole command on CPython; rounds are 0 where the command line decides. */
    record PythonRow(
            String name, String title, String script, long scale, long quickScale, int rounds, int quickRounds) {
        static PythonRow workload(RowsFile.Line line) {
            return new PythonRow(
                    line.text("row"),
                    line.text("title"),
                    line.text("script"),
                    line.count("scale"),
                    line.count("quick"),
                    0,
                    0);
        }

        static PythonRow startup(RowsFile.Line line) {
            return new PythonRow(
                    line.text("row"),
                    line.text("title"),
                    "",
                    0,
                    0,
                    Math.toIntExact(line.count("rounds")),
                    Math.toIntExact(line.count("quick")));
        }
    }

    /** A way to run CPython; malloc and options are empty for the stock one. */
    record Interpreter(String name, Set<String> kinds, boolean preload, String malloc, String options) {
        static Interpreter of(RowsFile.Line line) {
            return new Interpreter(
                    line.text("name"),
                    Set.copyOf(line.names("rows")),
                    line.text("preload", "no").equals("yes"),
                    line.text("malloc", ""),
                    line.text("options", ""));
        }
    }

    static Plan of(RowsFile file) {
        List<MicroRow> micro = new ArrayList<>(file.all("micro", MicroRow::of));
        micro.addAll(file.all("floor", MicroRow::of));
        return new Plan(
                List.copyOf(micro),
                file.all("contender", Contender::of),
                file.all("startup", PythonRow::startup),
                file.all("workload", PythonRow::workload),
                file.all("interpreter", Interpreter::of));
    }

    /** Only these; an empty list selects everything, an unknown name is an error that lists what there is. */
    Plan select(List<String> rowNames, List<String> contenderNames) {
        Set<String> rows = new LinkedHashSet<>();
        micro.forEach(row -> rows.add(row.name()));
        startup.forEach(row -> rows.add(row.name()));
        workloads.forEach(row -> rows.add(row.name()));
        Set<String> names = new LinkedHashSet<>();
        contenders.forEach(contender -> names.add(contender.name()));
        interpreters.forEach(interpreter -> names.add(interpreter.name()));
        Predicate<String> rowChosen = chosen("row", rowNames, rows);
        Predicate<String> nameChosen = chosen("contender", contenderNames, names);
        return new Plan(
                keep(micro, MicroRow::name, rowChosen),
                keep(contenders, Contender::name, nameChosen),
                keep(startup, PythonRow::name, rowChosen),
                keep(workloads, PythonRow::name, rowChosen),
                keep(interpreters, Interpreter::name, nameChosen));
    }

    Plan withContenders(List<Contender> present) {
        return new Plan(micro, present, startup, workloads, interpreters);
    }

    /** One line each, for people. */
    void print(PrintStream out) {
        micro.forEach(row -> out.println("row " + row.name() + ": " + row.title()));
        startup.forEach(row -> out.println("row " + row.name() + ": " + row.title()));
        workloads.forEach(row -> out.println("row " + row.name() + ": " + row.title()));
        contenders.forEach(contender -> out.println("contender " + contender.name()));
        interpreters.forEach(interpreter -> out.println("contender " + interpreter.name() + " (CPython)"));
    }

    private static <T> List<T> keep(List<T> all, Function<T, String> name, Predicate<String> chosen) {
        return all.stream().filter(one -> chosen.test(name.apply(one))).toList();
    }

    private static Predicate<String> chosen(String what, List<String> wanted, Set<String> known) {
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "no " + what + " " + name + "; there are " + String.join(", ", known));
            }
        }
        return name -> wanted.isEmpty() || wanted.contains(name);
    }
}
