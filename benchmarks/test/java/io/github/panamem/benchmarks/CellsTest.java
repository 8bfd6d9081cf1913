package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellsTest {
    @TempDir
    Path root;

    private Place place;
    private Peers peers;
    private Plan plan;

    @BeforeEach
    void readRows() throws IOException {
        place = new Place(root, root.resolve("stage"), root.resolve("programs"), Optional.of(root.resolve("cpython")));
        peers = new Peers(place, Map.of("mimalloc3", Path.of("/given/libmimalloc.so")));
        plan = Plan.of(RowsFile.read(Path.of("rows.txt").toAbsolutePath()));
    }

    private Cell micro(String row, String contender) {
        MicroRow chosen = Stream.concat(plan.micro().stream(), plan.scaling().stream())
                .filter(one -> one.name().equals(row))
                .findFirst()
                .orElseThrow();
        Contender with = plan.contenders().stream()
                .filter(one -> one.name().equals(contender))
                .findFirst()
                .orElseThrow();
        return new Cells(place, peers, root, false).micro(chosen, with);
    }

    private Interpreter interpreter(String name) {
        return plan.interpreters().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Cell workload(String name) {
        return new Cells(place, peers, root, true).workload(plan.workloads().getFirst(), interpreter(name));
    }

    @Test
    void allContendersOfARowGetTheSameWork() {
        for (Contender contender : plan.contenders()) {
            if (!contender.needs().given().equals("snmalloc")) {
                assertThat(String.join(" ", micro("pair-64", contender.name()).command()))
                        .contains("--pattern pair --min-bytes 64 --max-bytes 64 --live 1 --threads 1 --seed 1")
                        .endsWith("--operations 40000000 --warmup 2000000");
            }
        }
    }

    @Test
    void theTableServesWhomItIsToldAndMustSaySo() {
        Cell arena = micro("pair-64", "arena");
        assertThat(arena.command()).startsWith(place.tableProgram().toString(), "--allocator", "table");
        assertThat(arena.variables()).containsEntry("PANAMEM_MALLOC", "arena").doesNotContainKey("LD_PRELOAD");
        assertThat(arena.variables()).containsEntry("PANAMEM_OPTIONS", "core=jvm");
        assertThat(arena.expected()).isEqualTo(new Cell.Served("arena", "jvm"));
        assertThat(micro("pair-64", "arena-native").expected()).isEqualTo(new Cell.Served("arena", "native"));
        assertThat(micro("pair-64", "glibc").expected()).isEqualTo(new Cell.Served("malloc", ""));
        assertThat(micro("pair-64", "pymalloc").command()).contains("table-object");
        assertThat(micro("range-2g", "arena").variables()).containsEntry("PANAMEM_OPTIONS", "core=jvm,range=2g");
    }

    @Test
    void shortCellsDoLessOfTheSame() {
        Cells cells = new Cells(place, peers, root, true);
        Contender glibc = plan.contenders().stream()
                .filter(one -> one.name().equals("glibc"))
                .findFirst()
                .orElseThrow();
        for (MicroRow row : plan.micro()) {
            Cell whole = new Cells(place, peers, root, false).micro(row, glibc);
            Cell part = cells.micro(row, glibc);
            int at = part.command().indexOf("--operations") + 1;
            assertThat(part.command().subList(0, at)).isEqualTo(whole.command().subList(0, at));
            assertThat(Long.parseLong(part.command().get(at)))
                    .isPositive()
                    .isLessThan(Long.parseLong(whole.command().get(at)));
        }
        assertThat(plan.workloads())
                .allSatisfy(row -> assertThat(row.shortScale()).isBetween(1L, row.scale() - 1));
    }

    @Test
    void onlyTheTableItselfLoadsTheLibrariesThatItKnows() {
        assertThat(micro("pair-64", "mimalloc").variables()).doesNotContainKey("LD_PRELOAD");
        assertThat(micro("pair-64", "mimalloc-direct").variables()).containsEntry("LD_PRELOAD", "libmimalloc.so.2");
        assertThat(micro("pair-64", "mimalloc3").variables())
                .containsEntry("LD_PRELOAD", "/given/libmimalloc.so")
                .containsEntry("PANAMEM_MALLOC", "malloc");
        assertThat(micro("pair-64", "mimalloc3-direct").variables())
                .containsEntry("LD_PRELOAD", "/given/libmimalloc.so")
                .doesNotContainKey("PANAMEM_MALLOC");
    }

    @Test
    void aWorkloadSaysWhatServesItInVariablesThatReachItAlone() {
        assertThat(workload("stock").command()).doesNotContain("--set");
        assertThat(workload("arena").command())
                .contains("LD_PRELOAD=" + place.preload(), "PANAMEM_MALLOC=arena")
                .contains("PANAMEM_OPTIONS=core=jvm,report=exit:" + root.resolve("report.txt"));
        assertThat(workload("arena").output().report()).contains(root.resolve("report.txt"));
        assertThat(workload("malloc").command())
                .contains("PYTHONMALLOC=malloc")
                .noneMatch(word -> word.contains("PRELOAD"));
        assertThat(workload("mimalloc").command()).contains("PYTHONMALLOC=malloc", "LD_PRELOAD=libmimalloc.so.2");
        assertThat(workload("stock").variables()).containsEntry("PYTHONHASHSEED", "0");
    }

    @Test
    void eachHostIsStartedWithAndWithoutPanamem() {
        Cells cells = new Cells(place, peers, root, true);
        for (StartupRow row : plan.startup()) {
            assertThat(String.join(" ", cells.startup(row, interpreter("stock")).command()))
                    .doesNotContain("PANAMEM");
            String ours =
                    String.join(" ", cells.startup(row, interpreter("arena")).command());
            switch (row.program()) {
                case PYTHON ->
                    assertThat(ours).contains("LD_PRELOAD=" + place.preload()).endsWith("-c pass");
                case HELLO ->
                    assertThat(ours)
                            .contains("PANAMEM_MALLOC=arena")
                            .endsWith(place.hello().toString());
                case JAVA -> assertThat(ours).endsWith("FirstBlock " + place.library());
            }
        }
    }

    @Test
    void whatIsMissingIsNamedWithItsOptionAndAPartThatWasNotBuiltIsNot() throws IOException {
        plan = plan.present(
                one -> Set.of("arena", "arena-native", "snmalloc").contains(one.name()) && peers.has(one),
                one -> false,
                peers::has);
        assertThat(plan.contenders()).extracting(Contender::name).containsExactly("arena");
        assertThat(peers.missing())
                .contains("snmalloc: --snmalloc FILE names its library", "CPython 3.14: no bundled CPython here")
                .noneMatch(what -> what.startsWith("arena-native"));
        Files.createDirectories(place.libraryFolder());
        Files.createFile(place.libraryFolder().resolve("libpanamem-core.so"));
        assertThat(Plan.of(RowsFile.read(Path.of("rows.txt").toAbsolutePath())).contenders().stream()
                        .filter(one -> one.name().equals("arena-native"))
                        .filter(peers::has))
                .hasSize(1);
    }
}
