package io.github.panamem.benchmarks;

import com.google.gson.GsonBuilder;
import io.github.panamem.benchmarks.Plan.Interpreter;
import io.github.panamem.benchmarks.Plan.MicroRow;
import io.github.panamem.benchmarks.Plan.PythonRow;
import io.github.panamem.benchmarks.Rounds.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** ./panamem bench: all contenders in one interleaved run, medians and ratios, as JSON and Markdown. */
@Command(
        name = "panamem bench",
        description = "Measures Panamem beside glibc, mimalloc, jemalloc, tcmalloc and CPython's own pymalloc.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = JmhCommand.class)
public final class Bench implements Callable<Integer> {
    private static final int FULL_ROUNDS = 9;
    private static final int QUICK_ROUNDS = 3;
    private static final Duration QUICK_BUDGET = Duration.ofSeconds(110);
    private static final Duration NO_BUDGET = Duration.ofDays(365);
    private static final Duration CELL_LIMIT = Duration.ofMinutes(5);

    @Option(names = "--quick", description = "Fewer rounds and operations: done within two minutes.")
    private boolean quick;

    @Option(names = "--rows", split = ",", paramLabel = "ROW", description = "Only these rows (see --list).")
    private List<String> rows = List.of();

    @Option(names = "--contenders", split = ",", paramLabel = "NAME", description = "Only these contenders.")
    private List<String> contenders = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of every row, 9 by default; 3 with --quick.")
    private Integer rounds;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for bench.json and bench.md.")
    private Path out;

    @Option(names = "--list", description = "Lists rows and contenders and ends.")
    private boolean list;

    @Option(names = "--root", paramLabel = "DIR", hidden = true, description = "The source tree.")
    private Path root = Path.of("").toAbsolutePath();

    @Option(names = "--stage", paramLabel = "DIR", hidden = true, description = "Where Panamem is installed.")
    private Path stage;

    @Option(names = "--programs", paramLabel = "DIR", hidden = true, description = "Where the bench programs lie.")
    private Path programs;

    @Option(names = "--cpython", paramLabel = "DIR", hidden = true, description = "Home of the bundled CPython.")
    private Path cpython;

    /** Exit 0: all cells gave a figure; 1: some did not, and the report says which; 2: wrong usage. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Bench());
        line.setExecutionExceptionHandler((exception, commandLine, result) -> {
            if (!(exception instanceof IllegalArgumentException)) {
                throw exception;
            }
            commandLine.getErr().println("panamem bench: " + exception.getMessage());
            return CommandLine.ExitCode.USAGE;
        });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Place place = place();
        Plan plan = Plan.of(RowsFile.read(place.rows())).select(rows, contenders);
        if (list) {
            plan.print(System.out);
            return 0;
        }
        Path folder = Files.createDirectories(out != null ? out : defaultFolder());
        Map<String, String> machine = Machine.facts(place);
        Peers peers = new Peers(place, plan.contenders());
        List<String> missing = new ArrayList<>(peers.missing());
        if (!Peers.hasCpython(place)
                && !(plan.startup().isEmpty() && plan.workloads().isEmpty())) {
            missing.add("start-up and workloads: no bundled CPython here");
        }
        missing.forEach(what -> System.err.println("bench: missing: " + what));

        Plan present = plan.withContenders(peers.present());
        Results results = new Results();
        Path scratch = Files.createTempDirectory("panamem-bench");
        try {
            int done = new Rounds(new CellRunner(scratch, CELL_LIMIT), results)
                    .run(groups(present, place, new Cells(place, scratch, quick)), quick ? QUICK_BUDGET : NO_BUDGET);
            machine.put("rounds", "at most " + done + (quick ? " (--quick)" : ""));
        } finally {
            delete(scratch);
        }
        write(folder, present, results, machine, missing);
        return results.failures().isEmpty() ? 0 : 1;
    }

    Place place() {
        return new Place(
                root,
                stage != null ? stage : root.resolve("native/target/stage"),
                programs != null ? programs : root.resolve("native/target/build/benchmarks/c"),
                Optional.ofNullable(cpython));
    }

    private Path defaultFolder() {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
        return root.resolve("benchmarks/target/results").resolve(now);
    }

    private List<Group> groups(Plan plan, Place place, Cells cells) {
        int count = rounds != null ? rounds : quick ? QUICK_ROUNDS : FULL_ROUNDS;
        List<Group> groups = new ArrayList<>();
        for (MicroRow row : plan.micro()) {
            groups.add(new Group(
                    plan.contenders().stream()
                            .filter(row::suits)
                            .map(contender -> cells.micro(row, contender))
                            .toList(),
                    count));
        }
        if (Peers.hasCpython(place)) {
            for (PythonRow row : plan.startup()) {
                int own = rounds != null ? rounds : quick ? row.quickRounds() : row.rounds();
                groups.add(new Group(python(plan, "startup", row, cells::startup), own));
            }
            for (PythonRow row : plan.workloads()) {
                groups.add(new Group(python(plan, "workload", row, cells::workload), count));
            }
        }
        return groups;
    }

    private static List<Cell> python(
            Plan plan, String kind, PythonRow row, BiFunction<PythonRow, Interpreter, Cell> cell) {
        return plan.interpreters().stream()
                .filter(interpreter -> interpreter.kinds().contains(kind))
                .map(interpreter -> cell.apply(row, interpreter))
                .toList();
    }

    private static void write(
            Path folder, Plan plan, Results results, Map<String, String> machine, List<String> missing)
            throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine);
        json.put("missing", missing);
        json.put("failures", results.failures());
        json.put("rows", results.medians());
        json.put("samples", results.samples());
        Files.writeString(
                folder.resolve("bench.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n");
        String markdown = Report.markdown(plan, results, machine, missing);
        Files.writeString(folder.resolve("bench.md"), markdown);
        System.out.print(markdown);
        System.out.println("\n" + folder.resolve("bench.md") + "\n" + folder.resolve("bench.json"));
    }

    private static void delete(Path scratch) throws IOException {
        try (var files = Files.list(scratch)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(scratch);
    }
}
