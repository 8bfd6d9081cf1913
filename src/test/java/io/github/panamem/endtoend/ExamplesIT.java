package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of README build, run and say what they should; the Python one is the workload of {@link AcceptanceIT}. */
class ExamplesIT {
    private static final Path EXAMPLES = Place.ROOT.resolve("examples");
    private static final Path TEXT = Place.ROOT.resolve("include/panamem/abi.h");

    @TempDir
    Path folder;

    /** How often the word stands in the text, in the example's sense: letters, digits and underscores. */
    private static long count(String word) throws IOException {
        return Pattern.compile("\\w+")
                .matcher(Files.readString(TEXT))
                .results()
                .filter(match -> match.group().equals(word))
                .count();
    }

    private Path compiled(String source) {
        Path program = folder.resolve("program");
        String command = "cc -std=c17 -Wall -Wextra -Werror \"$0\" $(pkg-config --cflags --libs panamem) -o \"$1\"";
        Outcome outcome = Run.of(List.of(
                        "/bin/sh", "-c", command, EXAMPLES.resolve(source).toString(), program.toString()))
                .with(
                        "PKG_CONFIG_PATH",
                        Place.LIBRARY_FOLDER.resolve("pkgconfig").toString())
                .go();
        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        return program;
    }

    @Test
    void theHarnessInCCountsWords() throws IOException {
        Path program = compiled("c-harness/wordcount.c");
        Path report = folder.resolve("report");
        for (String name : List.of("arena", "upcall", "arena_debug", "malloc")) {
            Outcome outcome = Run.linked(List.of(program.toString(), TEXT.toString(), "3"))
                    .malloc(name)
                    .options("boot=sync,report=exit:" + report)
                    .go();
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.status()).isZero();
            assertThat(outcome.out())
                    .containsPattern("(?m)^ *" + count("the") + " the$")
                    .contains("different words");
            assertThat(Report.parse(Files.readString(report)).liveBlocks()).isZero();
        }
    }

    @Test
    void theHarnessInCNamesAFileThatIsMissing() {
        Outcome outcome = Run.linked(List.of(compiled("c-harness/wordcount.c").toString(), "/nonexistent"))
                .go();
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("/nonexistent").hasLineCount(1);
    }

    @Test
    void theJavaHostLeavesNothingAlive() {
        Outcome outcome = Run.of(List.of(EXAMPLES.resolve("java-host/run").toString(), TEXT.toString()))
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("PANAMEM_STAGE", Place.STAGE.toString())
                .with("PANAMEM_EXAMPLE_WORK", folder.toString())
                .options("core=auto")
                .go();
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("distinct words")
                .contains("check: every equation holds\n")
                .endsWith("closed with 0 live blocks\n");
    }

    /** CPython 3.14 leaves nothing alive, so neither does the embedded one. */
    @Test
    void theJavaProgramThatEmbedsPythonLeavesNothingAlive() {
        Outcome outcome = Run.of(
                        List.of(EXAMPLES.resolve("java-embeds-python/run").toString()))
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("PANAMEM_STAGE", Place.STAGE.toString())
                .with("PANAMEM_CPYTHON", Place.CPYTHON.toString())
                .with("PANAMEM_EXAMPLE_WORK", folder.toString())
                .options("core=auto")
                .go();
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("distinct words; most often: self\n")
                .contains("raises KeyError: 'no such key'\n")
                .contains("bytearray(1 << 30) raises MemoryError\nand it goes on: 100000\n")
                .contains("from 4 threads of Java: [38890, 88890, 138890, 188890]\n")
                .contains("check: every equation holds\nfinished: true\n")
                .endsWith("closed with 0 live blocks\n");
        assertThat(outcome.err()).startsWith("panamem 0.1.0 report, process ");
        assertThat(Report.parse(outcome.err()).liveBlocks()).isZero();
    }

    @Test
    void theTestInCPassesAndFindsALostBlock() throws IOException {
        Outcome outcome = Run.linked(List.of(compiled("c-harness/survives.c").toString()))
                .malloc("debug")
                .go();
        assertThat(outcome).isEqualTo(new Outcome(0, "leaked blocks: 0, sites that do not survive: 0\n", ""));
        String right = Files.readString(EXAMPLES.resolve("c-harness/survives.c"));
        Path wrong = Files.writeString(folder.resolve("wrong.c"), right.replaceFirst("PyMem_Free\\(whole\\);", ""));
        Outcome found = Run.linked(List.of(compiled(wrong.toString()).toString()))
                .malloc("debug")
                .go();
        assertThat(found.out()).isEqualTo("leaked blocks: 0, sites that do not survive: 1\n");
        assertThat(found.err())
                .startsWith("panamem: leak: request 2 of the call is refused, and it leaves 1 block\n")
                .contains("    joined ", "  again: PANAMEM_MALLOC=debug PANAMEM_OPTIONS=fail=1:site=program+0x");
        assertThat(found.status()).isEqualTo(1);
    }

    @Test
    void theAllocatorInJavaServesAPythonAndAHarness() {
        Outcome compiler = Run.of(List.of(
                        System.getProperty("java.home") + "/bin/javac",
                        "-cp",
                        Place.LIBRARY_FOLDER.resolve("panamem/panamem.jar").toString(),
                        "-d",
                        folder.toString(),
                        EXAMPLES.resolve("java-allocator/FreeListAllocator.java")
                                .toString()))
                .go();
        assertThat(compiler.status()).as(compiler.err()).isZero();
        String options = "boot=sync,classpath=" + folder;
        Outcome harness = Run.harness("sizes", "zero-sizes", "calloc", "edges", "random", "threads")
                .malloc("java:FreeListAllocator")
                .options(options)
                .go();
        assertThat(harness.err()).isEmpty();
        assertThat(harness.status()).isZero();
        assertThat(harness.said("core")).isEqualTo("jvm");
        Outcome python = Run.preloaded(
                        List.of(Place.BUNDLED_PYTHON.toString(), "-c", "print(len([str(i) for i in range(100000)]))"))
                .malloc("java:FreeListAllocator")
                .options(options)
                .go();
        assertThat(python).isEqualTo(new Outcome(0, "100000\n", ""));
    }
}
