package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.jmh.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** ./panamem bench jmh: the Java core called from Java and through upcalls, with bytes allocated per operation. */
@Command(
        name = "jmh",
        description = "Measures the Java core alone, with JMH. Fails when a benchmark leaves garbage in Java's heap.",
        sortOptions = false)
final class JmhCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "REGEX", description = "Only benchmarks whose name matches.")
    private List<String> names = List.of();

    @Option(names = "--quick", description = "One fork and a few short iterations: figures to look at, not to quote.")
    private boolean quick;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for jmh.json.")
    private Path out;

    @ParentCommand
    private Bench bench;

    @Override
    public Integer call() throws IOException, RunnerException {
        ChainedOptionsBuilder options = options(bench.place(), quick ? Thoroughness.QUICK : Thoroughness.FULL);
        names.forEach(options::include);
        if (out != null) {
            options.resultFormat(ResultFormatType.JSON)
                    .result(Files.createDirectories(out).resolve("jmh.json").toString());
        }
        List<String> garbage = Garbage.in(new Runner(options.build()).run());
        garbage.forEach(line -> System.err.println("panamem bench jmh: " + line));
        return garbage.isEmpty() ? 0 : 1;
    }

    /** How long it may take: forks, and iterations of so many milliseconds before and while measuring. */
    enum Thoroughness {
        FULL(3, 5, 5, 1000),
        QUICK(1, 2, 3, 300),
        /** Enough to see garbage, not to see time; says nothing while it runs. */
        COUNT(1, 2, 2, 150);

        private final int forks;
        private final int warmups;
        private final int iterations;
        private final int milliseconds;

        Thoroughness(int forks, int warmups, int iterations, int milliseconds) {
            this.forks = forks;
            this.warmups = warmups;
            this.iterations = iterations;
            this.milliseconds = milliseconds;
        }
    }

    /** All benchmarks, with the gc profiler, and a JVM that has nothing of the one that asks. */
    static ChainedOptionsBuilder options(Place place, Thoroughness how) {
        TimeValue time = TimeValue.milliseconds(how.milliseconds);
        return new OptionsBuilder()
                .jvmArgs(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-D" + Library.TESTING_PROPERTY + "=" + place.testingLibrary(),
                        "-D" + Library.LOOPS_PROPERTY + "=" + place.loopsLibrary())
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(how == Thoroughness.COUNT ? VerboseMode.SILENT : VerboseMode.NORMAL)
                .forks(how.forks)
                .warmupIterations(how.warmups)
                .warmupTime(time)
                .measurementIterations(how.iterations)
                .measurementTime(time);
    }
}
