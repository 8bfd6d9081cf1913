package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.panamem.benchmarks.Plan.Contender;
import io.github.panamem.benchmarks.Plan.Interpreter;
import io.github.panamem.benchmarks.Plan.MicroRow;
import io.github.panamem.benchmarks.Plan.PythonRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Path FOLDER = Path.of("").toAbsolutePath();

    private static Plan checkedIn() throws IOException {
        return Plan.of(RowsFile.read(FOLDER.resolve("rows.txt")));
    }

    @Test
    void theCheckedInFileHoldsTheRowsOfTheDesign() throws IOException {
        Plan plan = checkedIn();
        assertThat(plan.micro())
                .extracting(MicroRow::name)
                .containsExactly(
                        "pair-64", "random-1000x64", "mixed-100k", "mixed-2-threads", "producer-consumer", "noop");
        assertThat(plan.contenders())
                .extracting(Contender::name)
                .contains(
                        "arena", "upcall", "pymalloc", "glibc", "mimalloc", "jemalloc", "tcmalloc", "cpython-pymalloc");
        assertThat(plan.interpreters()).extracting(Interpreter::name).startsWith("stock");
        assertThat(plan.workloads())
                .isNotEmpty()
                .allMatch(row -> Files.exists(FOLDER.resolve("python").resolve(row.script())));
        assertThat(plan.startup()).extracting(PythonRow::name).containsExactly("python-pass");
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
    void pymallocOfCpythonRunsOnlyWhatOneThreadCanRunUnderTheGil() throws IOException {
        Plan plan = checkedIn();
        Contender cpython = plan.contenders().stream()
                .filter(contender -> contender.name().equals("cpython-pymalloc"))
                .findFirst()
                .orElseThrow();
        assertThat(plan.micro().stream().filter(row -> row.suits(cpython)))
                .extracting(MicroRow::name)
                .containsExactly("pair-64", "random-1000x64", "mixed-100k");
    }

    @Test
    void selectionKeepsTheNamedAndRefusesTheUnknown() throws IOException {
        Plan plan = checkedIn().select(List.of("pair-64", "json"), List.of("glibc", "stock"));
        assertThat(plan.micro()).extracting(MicroRow::name).containsExactly("pair-64");
        assertThat(plan.workloads()).extracting(PythonRow::name).containsExactly("json");
        assertThat(plan.startup()).isEmpty();
        assertThat(plan.contenders()).extracting(Contender::name).containsExactly("glibc");
        assertThat(plan.interpreters()).extracting(Interpreter::name).containsExactly("stock");
        Plan all = checkedIn();
        assertThat(all.select(List.of(), List.of())).isEqualTo(all);
        assertThatThrownBy(() -> all.select(List.of("pair-63"), List.of()))
                .hasMessageStartingWith("no row pair-63; there are pair-64, ");
        assertThatThrownBy(() -> all.select(List.of(), List.of("gilbc"))).hasMessageContaining("no contender gilbc");
    }

    @Test
    void aMalformedLineIsNamedByItsNumber() {
        assertThatThrownBy(() -> new RowsFile(List.of("# fine", "micro row=a title=two words")))
                .hasMessage("rows.txt line 2: micro ends in \"words\", which is no key=value");
        assertThatThrownBy(() -> new RowsFile(List.of("micro row=a row=b"))).hasMessageContaining("says row twice");
        assertThatThrownBy(() -> Plan.of(new RowsFile(List.of("micro row=a"))))
                .hasMessage("rows.txt line 1: micro has no title");
        assertThatThrownBy(() -> Plan.of(new RowsFile(List.of("startup row=a title=\"a b\" rounds=many quick=1"))))
                .hasMessage("rows.txt line 1: startup rounds is not a number");
    }
}
