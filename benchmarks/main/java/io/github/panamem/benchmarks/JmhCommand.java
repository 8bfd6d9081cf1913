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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** ./panamem bench jmh: the Java core called from Java and through upcalls, with bytes allocated per operation. */
@Command(
        name = "jmh",
        description = "Measures the Java core alone, with JMH.",
        mixinStandardHelpOptions = true,
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
        Place place = bench.place();
        ChainedOptionsBuilder options = new OptionsBuilder()
                .jvmArgsAppend(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-D" + Library.TESTING_PROPERTY + "=" + place.testingLibrary(),
                        "-D" + Library.LOOPS_PROPERTY + "=" + place.loopsLibrary())
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .forks(quick ? 1 : 3)
                .warmupIterations(quick ? 2 : 5)
                .warmupTime(TimeValue.milliseconds(quick ? 300 : 1000))
                .measurementIterations(quick ? 3 : 5)
                .measurementTime(TimeValue.milliseconds(quick ? 300 : 1000));
        names.forEach(options::include);
        if (out != null) {
            options.resultFormat(ResultFormatType.JSON)
                    .result(Files.createDirectories(out).resolve("jmh.json").toString());
        }
        new Runner(options.build()).run();
        return 0;
    }
}
