package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
    private static final Path ROOT = Path.of(System.getProperty("panamem.root"));
    private static final Path STAND_IN = ROOT.resolve("benchmarks/test/wrapped");
    private static final List<ProgramRow> ROWS = new RowsFile(
                    "rows.txt",
                    List.of(
                            "program row=f title=F target=family command=family input=family.c",
                            "program row=o title=O target=operators command=\"operators {bench} {processors}\"",
                            "program row=s title=S source=stress.c command=stress"))
            .all("program", ProgramRow::of);

    @TempDir
    Path folder;

    private Programs programs(Optional<Path> mimalloc) {
        return new Programs(Place.of(ROOT), STAND_IN, mimalloc, folder);
    }

    /** Without a JVM: who serves is not the question here. Under the debug hooks a block of libc's that came to us aborts. */
    private static String run(String malloc, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("LD_LIBRARY_PATH", Place.of(ROOT).libraryFolder().toString());
        builder.environment().put("PANAMEM_OPTIONS", "boot=lazy,boot.after=1t");
        builder.environment().put("PANAMEM_MALLOC", malloc);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    @Test
    void wrappedProgramsTakeTheirBlocksFromPanamemAndAlignedOnesFromLibc() throws Exception {
        assumeTrue(Programs.compilersPresent(), "no cmake or C++ compiler here");
        Path source = Files.copy(STAND_IN.resolve("bench/family.c"), folder.resolve("stress.c"));
        Programs programs = programs(Optional.of(source.getParent()));
        Set<String> missing = new HashSet<>();
        assertThat(programs.build(ROWS, missing)).isEqualTo(ROWS);
        assertThat(missing).isEmpty();
        for (String malloc : List.of("arena", "arena_debug")) {
            assertThat(run(malloc, programs.command(ROWS.get(0)))).isEqualTo("family");
            assertThat(run(malloc, programs.command(ROWS.get(1)))).isEqualTo("operators");
            assertThat(run(malloc, programs.command(ROWS.get(2)))).isEqualTo("family");
        }
    }

    @Test
    void aRowWithoutItsSourceTreeIsMissing() throws Exception {
        assumeTrue(Programs.compilersPresent(), "no cmake or C++ compiler here");
        Set<String> missing = new HashSet<>();
        assertThat(programs(Optional.empty()).build(ROWS.subList(2, 3), missing))
                .isEmpty();
        assertThat(missing).containsExactly("s: --mimalloc DIR names mimalloc's source tree");
    }

    @Test
    void commandsNameTheBuiltProgramAndTheirInput() {
        Programs programs = programs(Optional.empty());
        assertThat(programs.command(ROWS.get(1)))
                .containsExactly(
                        folder.resolve("build/operators").toString(),
                        STAND_IN.resolve("bench").toString(),
                        "" + Runtime.getRuntime().availableProcessors());
        assertThat(programs.input(ROWS.get(0))).contains(STAND_IN.resolve("bench/family.c"));
        assertThat(programs.input(ROWS.get(1))).isEmpty();
    }

    @Test
    void anotherFolderIsRefused() {
        assertThatThrownBy(() -> new Programs(Place.of(ROOT), ROOT, Optional.empty(), folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--mimalloc-bench: no bench/CMakeLists.txt in ");
    }

    @Test
    void whatWrapDefinesIsWhatTheLinkerIsTold() throws Exception {
        String wrap = Files.readString(ROOT.resolve("benchmarks/c/wrap.c"));
        assertThat(Programs.WRAPPED)
                .allSatisfy(name -> assertThat(wrap).containsPattern("WRAPPED\\([a-z *]+, " + name + ","));
        assertThat(wrap.split("\nWRAPPED\\(")).hasSize(Programs.WRAPPED.size() + 1);
    }
}
