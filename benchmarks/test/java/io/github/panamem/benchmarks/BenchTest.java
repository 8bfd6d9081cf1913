package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTest {
    private static final String ROOT =
            Path.of(System.getProperty("panamem.root")).toString();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Bench.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void helpNamesEveryOptionAndBothCommands() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("--quick", "--short", "--rows", "--contender", "--rounds", "--times", "--out", "--list")
                .contains("--mimalloc3", "--snmalloc", "--mimalloc-bench", "--mimalloc=DIR")
                .contains("jmh", "instructions", "micro, startup, cpython, programs, scaling");
    }

    @Test
    void unknownRowsContendersAndFilesAreUsageErrors() {
        assertThat(run("--root", ROOT, "--rows", "pair-63")).isEqualTo(2);
        assertThat(err.toString()).startsWith("panamem bench: no row pair-63; there are micro, ");
        assertThat(run("--root", ROOT, "--contender", "gilbc")).isEqualTo(2);
        assertThat(err.toString()).contains("panamem bench: no contender gilbc; there are arena, ");
        assertThat(run("--root", ROOT, "--snmalloc", "/no/such/file")).isEqualTo(2);
        assertThat(err.toString()).contains("panamem bench: --snmalloc: there is no /no/such/file");
        assertThat(run("--root", ROOT, "--rounds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("panamem bench: --rounds is at least 1");
        assertThat(run("--root", ROOT, "--times", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("panamem bench: --times is 1 to 100");
        assertThat(run("--root", ROOT, "--times", "2", "--short")).isEqualTo(2);
        assertThat(err.toString()).contains("panamem bench: --times makes workloads longer, --quick and");
    }

    @Test
    void listTellsWhatQuickLeavesOut() {
        assertThat(run("--root", ROOT, "--list")).isZero();
        assertThat(out.toString()).contains("  pair-1m: pair 1 MiB", "  arena-native\n", "rows of programs:");
        out.getBuffer().setLength(0);
        assertThat(run("--root", ROOT, "--list", "--quick")).isZero();
        assertThat(out.toString()).contains("  pair-64: pair 64 B").doesNotContain("pair-1m");
    }
}
