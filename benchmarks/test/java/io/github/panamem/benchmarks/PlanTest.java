package io.github.panamem.benchmarks;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Path FOLDER = Path.of("").toAbsolutePath();

    private static Plan checkedIn() throws IOException {
        return Plan.of(RowsFile.read(FOLDER.resolve("rows.txt")));
    }

    private static Contender contender(Plan plan, String name) {
        return plan.contenders().stream()
                .filter(contender -> contender.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void longerWorkloadsAreTheSameOtherwise() throws IOException {
        Plan plan = checkedIn();
        Plan longer = plan.times(3);
        assertThat(longer.workloads().getFirst().scale())
                .isEqualTo(3 * plan.workloads().getFirst().scale());
        assertThat(longer.times(1)).isEqualTo(longer);
        assertThat(longer.quick().workloads().getFirst().quickScale())
                .isEqualTo(plan.workloads().getFirst().quickScale());
        assertThat(longer.micro()).isEqualTo(plan.micro());
    }

    @Test
    void theCheckedInFileHoldsTheRowsOfTheDesign() throws IOException {
        Plan plan = checkedIn();
        assertThat(plan.micro())
                .extracting(MicroRow::name)
                .startsWith("pair-64", "random-1000x64", "mixed-100k", "mixed-2-threads", "producer-consumer")
                .contains("pair-64k", "pair-1m", "mixed-4-threads", "grow-1m", "calloc-64", "thread-churn")
                .endsWith("noop")
                .doesNotHaveDuplicates();
        assertThat(plan.contenders())
                .extracting(Contender::name)
                .contains("arena", "arena-native", "upcall", "pymalloc", "cpython-pymalloc")
                .contains("glibc", "mimalloc", "jemalloc", "tcmalloc", "mimalloc3", "snmalloc");
        assertThat(plan.interpreters())
                .extracting(Interpreter::name)
                .startsWith("stock")
                .contains("arena", "malloc", "mimalloc");
        assertThat(plan.startup())
                .extracting(StartupRow::name)
                .containsExactly("python-pass", "python-pass-3.11", "c-hello", "jvm-hosted");
    }

    @Test
    void hardenedRunsOnlyWhereItIsNamed() throws IOException {
        Plan plan = checkedIn();
        assertThat(plan.unasked().contenders())
                .extracting(Contender::name)
                .contains("arena")
                .doesNotContain("hardened", "hardened-native");
        assertThat(plan.unasked().interpreters())
                .extracting(Interpreter::name)
                .contains("arena")
                .doesNotContain("hardened", "hardened-native");
        Plan named = plan.quick().select(List.of("micro", "cpython"), List.of("hardened-native"));
        assertThat(named.contenders()).extracting(Contender::name).containsExactly("hardened-native");
        assertThat(named.interpreters()).extracting(Interpreter::name).containsExactly("hardened-native");
    }

    @Test
    void atLeastTwelveWorkloadsRunOnEachPythonBesidesTheControl() throws IOException {
        Plan plan = checkedIn();
        for (String python : List.of("3.14", "3.11")) {
            List<WorkloadRow> rows = plan.workloads().stream()
                    .filter(row -> row.python().name().equals(python))
                    .toList();
            assertThat(rows.stream().filter(row -> !row.control())).hasSizeGreaterThanOrEqualTo(12);
            assertThat(rows.stream().filter(WorkloadRow::control))
                    .extracting(WorkloadRow::script)
                    .containsExactly("nbody.py");
            assertThat(rows)
                    .allMatch(row -> Files.exists(FOLDER.resolve("python").resolve(row.script())));
        }
    }

    @Test
    void theProgramsAreThoseOfMimallocBenchThatAllocate() throws IOException {
        assertThat(checkedIn().programs())
                .extracting(ProgramRow::name)
                .contains("cfrac", "espresso", "barnes", "larson", "larson-sized", "xmalloc-test", "mstress", "mleak")
                .contains("rptest", "alloc-test", "glibc-simple", "glibc-thread", "malloc-large", "test-stress")
                .noneMatch(name -> name.startsWith("cache-"));
    }

    @Test
    void seriesGrowAndNameWhatCanRunThem() throws IOException {
        Plan plan = checkedIn();
        Map<String, List<Long>> series = plan.scaling().stream()
                .map(row -> row.point().orElseThrow())
                .collect(groupingBy(MicroRow.Point::series, mapping(MicroRow.Point::x, toList())));
        assertThat(series.keySet()).containsExactlyInAnyOrder("live", "threads", "range");
        assertThat(series.get("live")).contains(1_000L, 10_000_000L).isSorted();
        assertThat(series.get("threads")).contains(1L, 64L).isSorted();
        assertThat(series.get("range")).contains(1L, 16L).isSorted();
        MicroRow range = plan.scaling().getLast();
        assertThat(range.suits(contender(plan, "arena"))).isTrue();
        assertThat(range.suits(contender(plan, "glibc"))).isFalse();
        assertThat(plan.scaling().getFirst().suits(contender(plan, "upcall"))).isFalse();
    }

    @Test
    void quickIsAPartOfTheWhole() throws IOException {
        Plan whole = checkedIn();
        Plan quick = whole.quick();
        assertThat(whole.micro())
                .containsAll(quick.micro())
                .hasSizeGreaterThan(quick.micro().size());
        assertThat(quick.micro()).isNotEmpty().allMatch(row -> row.quickOperations() > 0);
        assertThat(quick.workloads())
                .isNotEmpty()
                .allMatch(row -> row.quickScale() > 0 && row.python().quick());
        assertThat(quick.interpreters()).extracting(Interpreter::name).contains("stock", "arena", "mimalloc");
        assertThat(quick.scaling()).isNotEmpty();
        assertThat(quick.startup()).extracting(StartupRow::name).doesNotContain("python-pass-3.11");
    }

    @Test
    void everyFloorStandsUnderARowAndAContenderThatExist() throws IOException {
        Plan plan = checkedIn();
        assertThat(plan.micro().stream().flatMap(row -> row.floor().stream()))
                .isNotEmpty()
                .allSatisfy(floor -> {
                    assertThat(plan.micro()).extracting(MicroRow::name).contains(floor.againstRow());
                    assertThat(plan.contenders()).extracting(Contender::name).contains(floor.contender());
                });
    }

    @Test
    void theObjectDomainIsCalledOnlyWhereOneThreadHoldsTheGil() throws IOException {
        Plan plan = checkedIn();
        for (String name : List.of("cpython-pymalloc", "pymalloc")) {
            Contender contender = contender(plan, name);
            assertThat(plan.micro().stream().filter(row -> row.suits(contender)))
                    .extracting(MicroRow::name)
                    .contains("pair-64", "random-1000x64", "mixed-100k", "grow-4k")
                    .doesNotContain("mixed-2-threads", "producer-consumer", "thread-churn", "noop");
        }
    }

    @Test
    void selectionKeepsTheNamedAndRefusesTheUnknown() throws IOException {
        Plan plan = checkedIn().select(List.of("pair-64", "json"), List.of("glibc", "stock"));
        assertThat(plan.micro()).extracting(MicroRow::name).containsExactly("pair-64");
        assertThat(plan.workloads()).extracting(WorkloadRow::name).containsExactly("json");
        assertThat(plan.startup()).isEmpty();
        assertThat(plan.contenders()).extracting(Contender::name).containsExactly("glibc");
        assertThat(plan.interpreters()).extracting(Interpreter::name).containsExactly("stock");
        Plan all = checkedIn();
        assertThat(all.select(List.of(), List.of())).isEqualTo(all);
        assertThatThrownBy(() -> all.select(List.of("pair-63"), List.of()))
                .hasMessageStartingWith(
                        "no row pair-63; there are micro, startup, cpython, programs, scaling, pair-64, ");
        assertThatThrownBy(() -> all.select(List.of(), List.of("gilbc"))).hasMessageContaining("no contender gilbc");
    }

    @Test
    void aGroupOfRowsIsSelectedByItsName() throws IOException {
        Plan all = checkedIn();
        Plan plan = all.select(List.of("cpython", "scaling", "pair-64"), List.of());
        assertThat(plan.workloads()).isEqualTo(all.workloads());
        assertThat(plan.scaling()).isEqualTo(all.scaling());
        assertThat(plan.micro()).extracting(MicroRow::name).containsExactly("pair-64");
        assertThat(plan.programs()).isEmpty();
    }

    @Test
    void whatIsNotHereIsLeftOut() throws IOException {
        Plan plan = checkedIn()
                .present(
                        contender -> contender.name().equals("glibc"),
                        interpreter -> interpreter.name().equals("stock"),
                        python -> python.name().equals("3.14"));
        assertThat(plan.contenders()).hasSize(1);
        assertThat(plan.interpreters()).hasSize(1);
        assertThat(plan.workloads())
                .isNotEmpty()
                .allMatch(row -> row.python().name().equals("3.14"));
        assertThat(plan.startup()).extracting(StartupRow::name).containsExactly("python-pass", "c-hello", "jvm-hosted");
    }

    @Test
    void aMalformedLineIsNamedByItsNumber() {
        assertThatThrownBy(() -> new RowsFile("rows.txt", List.of("# fine", "micro row=a title=two words")))
                .hasMessage("rows.txt line 2: micro ends in \"words\", which is no key=value");
        assertThatThrownBy(() -> new RowsFile("rows.txt", List.of("micro row=a row=b")))
                .hasMessageContaining("says row twice");
        assertThatThrownBy(() -> Plan.of(new RowsFile("rows.txt", List.of("micro row=a"))))
                .hasMessage("rows.txt line 1: micro has no title");
        assertThatThrownBy(() -> Plan.of(new RowsFile(
                        "rows.txt", List.of("startup row=a title=\"a b\" program=hello rounds=many quick=1"))))
                .hasMessage("rows.txt line 1: startup rounds is not a number");
        assertThatThrownBy(() -> Plan.of(new RowsFile("rows.txt", List.of("python name=a where=b quick=perhaps"))))
                .hasMessage("rows.txt line 1: python quick is neither yes nor no");
    }
}
