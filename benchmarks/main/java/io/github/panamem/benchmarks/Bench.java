package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Rounds.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** ./panamem bench: all contenders in one interleaved run, medians and ratios, as JSON, Markdown and an HTML page. */
@Command(
        name = "panamem bench",
        description = "Measures Panamem beside glibc, mimalloc, jemalloc, tcmalloc and CPython's own pymalloc.",
        sortOptions = false,
        subcommands = {JmhCommand.class, InstructionsCommand.class})
public final class Bench implements Callable<Integer> {
    private static final int FULL_ROUNDS = 9;
    private static final int QUICK_ROUNDS = 5;
    private static final int MOST_TIMES = 100;
    private static final Duration QUICK_BUDGET = Duration.ofSeconds(100);
    private static final Duration NO_BUDGET = Duration.ofDays(365);
    private static final Duration CELL_LIMIT = Duration.ofMinutes(5);

    @Option(
            names = "--quick",
            description = "Some of the rows, with --short, as many rounds as fit into two minutes, or --rounds.")
    private boolean quick;

    @Option(names = "--short", description = "About an eighth of the operations; of programs as many as ever.")
    private boolean shorter;

    @Option(
            names = "--times",
            paramLabel = "N",
            description =
                    "CPython's workloads repeat their work N times as often: fast machines need less than 5 s for some.")
    private int times = 1;

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description =
                    "Only these rows, or groups of rows: micro, startup, cpython, programs, scaling (see --list).")
    private List<String> rows = List.of();

    @Option(
            names = {"--contender", "--contenders"},
            split = ",",
            paramLabel = "NAME",
            description = "Only these contenders (see --list).")
    private List<String> contenders = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "Rounds of every row. Without it 9, of start-up rows 20 or 40; with --quick as many as there is time"
                            + " for, 5 at most. For a claim under 5 %%: 20.")
    private Integer rounds;

    @Option(names = "--mimalloc3", paramLabel = "FILE", description = "libmimalloc.so of mimalloc 3, as a contender.")
    private Path mimalloc3;

    @Option(names = "--snmalloc", paramLabel = "FILE", description = "libsnmallocshim.so, as a contender.")
    private Path snmalloc;

    @Option(
            names = "--mimalloc-bench",
            paramLabel = "DIR",
            description =
                    "A checkout of daanx/mimalloc-bench: builds its programs and runs the rows of group programs.")
    private Path mimallocBench;

    @Option(
            names = "--mimalloc",
            paramLabel = "DIR",
            description = "mimalloc's source tree, for the program test-stress beside --mimalloc-bench.")
    private Path mimalloc;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for bench.json, bench.md and bench.html, written after each round; else benchmarks/target/results/DATE.")
    private Path out;

    @Option(
            names = "--doc",
            paramLabel = "FILE",
            description =
                    "Puts the main tables under the line \"## Figures\" of docs/PERFORMANCE.md, in place of the old.")
    private Path doc;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this.")
    private boolean help;

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

    @Spec
    private CommandSpec spec;

    /** Exit 0: all cells gave a figure; 1: some did not, and the report says which; 2: wrong usage. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Bench());
        line.setExecutionExceptionHandler((exception, commandLine, result) -> {
            if (!(exception instanceof IllegalArgumentException)) {
                throw exception;
            }
            commandLine.getErr().println("panamem bench: " + exception.getMessage());
            commandLine.getErr().flush();
            return CommandLine.ExitCode.USAGE;
        });
        return line;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds != null && rounds < 1) {
            throw new IllegalArgumentException("--rounds is at least 1");
        }
        if (times < 1 || times > MOST_TIMES) {
            throw new IllegalArgumentException("--times is 1 to " + MOST_TIMES);
        }
        if (times > 1 && (quick || shorter)) {
            throw new IllegalArgumentException("--times makes workloads longer, --quick and --short make them shorter");
        }
        Place place = place();
        Plan whole = Plan.of(RowsFile.read(place.rows())).times(times);
        Plan plan = (quick ? whole.quick() : whole).select(rows, contenders);
        if (list) {
            plan.print(spec.commandLine().getOut());
            return 0;
        }
        if (contenders.isEmpty()) {
            plan = plan.unasked();
        }
        if (doc != null) {
            existing("--doc", doc);
        }
        Map<String, Path> given = given();
        Path folder = Files.createDirectories(out != null ? out : defaultFolder());
        Map<String, String> machine = Machine.facts(place);
        given.forEach((name, file) -> machine.put(name, realName(file)));
        Peers peers = new Peers(place, given);
        plan = plan.present(peers::has, peers::has, peers::has);
        Set<String> missing = new LinkedHashSet<>(peers.missing());
        Optional<Programs> programs = programs(place, plan);
        if (programs.isEmpty() && !plan.programs().isEmpty()) {
            missing.add("programs: --mimalloc-bench DIR names a checkout of mimalloc-bench");
        }
        plan = plan.withPrograms(programs.isPresent() ? programs.get().build(plan.programs(), missing) : List.of());
        missing.forEach(what -> System.err.println("bench: missing: " + what));

        Results results = new Results();
        Path scratch = Files.createTempDirectory("panamem-bench");
        Cells cells = new Cells(place, peers, scratch, quick || shorter);
        ReportFiles files = new ReportFiles(folder, plan, results, machine, missing);
        String size = quick ? " (--quick)" : shorter ? " (--short)" : times > 1 ? " (--times " + times + ")" : "";
        try {
            Rounds rounds = new Rounds(new CellRunner(scratch, CELL_LIMIT), results, done -> {
                machine.put("rounds", "at most " + done + size);
                files.write();
            });
            Duration budget = quick && this.rounds == null ? QUICK_BUDGET : NO_BUDGET;
            rounds.run(groups(plan, cells, programs), budget)
                    .leftOut()
                    .forEach(row -> missing.add(row + ": no time was left for it"));
        } finally {
            delete(scratch);
        }
        files.write();
        if (doc != null) {
            files.writeInto(doc);
        }
        files.print(spec.commandLine().getOut());
        return results.failures().isEmpty() ? 0 : 1;
    }

    private Map<String, Path> given() {
        Map<String, Path> given = new HashMap<>();
        if (mimalloc3 != null) {
            given.put("mimalloc3", existing("--mimalloc3", mimalloc3));
        }
        if (snmalloc != null) {
            given.put("snmalloc", existing("--snmalloc", snmalloc));
        }
        return given;
    }

    /** The name behind the links, which tells a version. */
    private static String realName(Path file) {
        try {
            return file.toRealPath().getFileName().toString();
        } catch (IOException e) {
            return file.getFileName().toString();
        }
    }

    private static Path existing(String option, Path file) {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(option + ": there is no " + file);
        }
        return file.toAbsolutePath().normalize();
    }

    private Optional<Programs> programs(Place place, Plan plan) {
        if (mimallocBench == null || plan.programs().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Programs(place, mimallocBench, Optional.ofNullable(mimalloc), place.foreignBuild()));
    }

    Place place() {
        Place usual = Place.of(root);
        return new Place(
                root,
                stage != null ? stage : usual.stage(),
                programs != null ? programs : usual.programs(),
                Optional.ofNullable(cpython));
    }

    private Path defaultFolder() {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
        return root.resolve("benchmarks/target/results").resolve(now);
    }

    private List<Group> groups(Plan plan, Cells cells, Optional<Programs> programs) {
        int count = rounds != null ? rounds : quick ? QUICK_ROUNDS : FULL_ROUNDS;
        List<Group> groups = new ArrayList<>();
        plan.micro().forEach(row -> groups.add(micro(plan, row, cells, count)));
        for (StartupRow row : plan.startup()) {
            int own = rounds != null ? rounds : quick ? row.quickRounds() : row.rounds();
            groups.add(group(plan.interpreters().stream().filter(row::suits), with -> cells.startup(row, with), own));
        }
        for (WorkloadRow row : plan.workloads()) {
            groups.add(group(
                    plan.interpreters().stream().filter(one -> one.kinds().contains("workload")),
                    with -> cells.workload(row, with),
                    count));
        }
        for (ProgramRow row : plan.programs()) {
            groups.add(group(
                    plan.contenders().stream().filter(one -> one.kinds().contains("program")),
                    contender -> cells.program(row, contender, programs.orElseThrow()),
                    count));
        }
        plan.scaling().forEach(row -> groups.add(micro(plan, row, cells, count)));
        return groups;
    }

    private static Group micro(Plan plan, MicroRow row, Cells cells, int count) {
        return group(plan.contenders().stream().filter(row::suits), one -> cells.micro(row, one), count);
    }

    private static <T> Group group(Stream<T> contenders, Function<T, Cell> cell, int count) {
        return new Group(contenders.map(cell).toList(), count);
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
