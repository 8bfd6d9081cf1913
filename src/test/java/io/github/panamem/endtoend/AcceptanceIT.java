package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Panamem must reach on a CPython workload of several seconds: little fallback, few crossings, little memory. */
class AcceptanceIT {
    private static final double FALLBACK_PERCENT_MOST = 1.0;
    private static final double CROSSINGS_PER_THOUSAND_MOST = 20.0;
    private static final double MEMORY_RATIO_MOST = 1.20; // the aim is 1.15
    private static final double THREADS_MEMORY_RATIO_MOST = 1.5;
    private static final Pattern PEAK_KIB = Pattern.compile("^VmHWM:\\s+(\\d+) kB$", Pattern.MULTILINE);

    /** Runs a script and then tells its own peak of resident memory on stderr. */
    private static final String DRIVER = """
            import runpy, sys
            if len(sys.argv) > 1:
                del sys.argv[0]
                runpy.run_path(sys.argv[0], run_name="__main__")
            sys.stderr.write(open("/proc/self/status").read())
            """;

    @TempDir
    Path folder;

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Place.BUNDLED_PYTHON.toString(), "-c", DRIVER));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> workload() {
        return command(Place.ROOT.resolve("examples/python/index_stdlib.py").toString());
    }

    private static long peakKib(Outcome outcome) {
        assertThat(outcome.status()).as(outcome.err()).isZero();
        Matcher peak = PEAK_KIB.matcher(outcome.err());
        assertThat(peak.find()).isTrue();
        return Long.parseLong(peak.group(1));
    }

    /** What Java costs a process that does nothing. */
    private static long fixedKib() {
        return peakKib(Run.preloaded(command()).options("boot=sync").go())
                - peakKib(Run.of(command()).go());
    }

    @Test
    void aWorkloadOfSecondsIsServedByMagazinesInLittleMemory() throws IOException {
        Path report = folder.resolve("report");
        Outcome stock = Run.of(workload()).go();
        Outcome ours = Run.preloaded(workload())
                .options("boot=sync,report=exit:" + report)
                .go();
        assertThat(ours.out()).isEqualTo(stock.out());

        Report figures = Report.parse(Files.readString(report));
        assertThat(figures.core()).isEqualTo(Place.CORE);
        assertThat(figures.calls()).isGreaterThan(10_000_000);
        assertThat(figures.fallbackPercent()).isLessThanOrEqualTo(FALLBACK_PERCENT_MOST);
        assertThat(figures.crossingsPerThousand()).isLessThanOrEqualTo(CROSSINGS_PER_THOUSAND_MOST);

        long fixedKib = fixedKib();
        assertThat((double) (peakKib(ours) - fixedKib) / peakKib(stock))
                .as("resident memory beside stock, the fixed cost of %d KiB left out", fixedKib)
                .isLessThanOrEqualTo(MEMORY_RATIO_MOST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lists", "strings", "bytes"})
    void twoThousandThreadsTakeLittleMoreThanOnStock(String holding) {
        List<String> threads =
                command(Place.ROOT.resolve("src/test/resources/threads_2000.py").toString(), holding);
        long stockKib = peakKib(Run.of(threads).go());
        long oursKib = peakKib(Run.preloaded(threads).options("boot=sync").go());
        long fixedKib = fixedKib();
        assertThat((double) (oursKib - fixedKib) / stockKib)
                .as("%d KiB beside %d KiB, the fixed cost of %d KiB left out", oursKib, stockKib, fixedKib)
                .isLessThanOrEqualTo(THREADS_MEMORY_RATIO_MOST);
    }

    @Test
    void aLimitEndsInMemoryErrorAndRecovers() {
        String code = """
                blocks = []
                try:
                    while True:
                        blocks.append(bytearray(1 << 20))
                except MemoryError:
                    reached = len(blocks)
                    del blocks
                print(150 < reached < 256)
                print(len([str(i) for i in range(100000)]))
                """;
        Outcome outcome = Run.preloaded(List.of(Place.BUNDLED_PYTHON.toString(), "-c", code))
                .options("limit=256m,boot=sync")
                .go();
        assertThat(outcome).isEqualTo(new Outcome(0, "True\n100000\n", ""));
    }
}
