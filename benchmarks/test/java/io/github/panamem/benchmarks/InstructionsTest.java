package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstructionsTest {
    private static final Place PLACE = Place.of(Path.of(System.getProperty("panamem.root")));

    @TempDir
    Path scratch;

    /** The regression check: this build against the budget that is checked in. */
    @Test
    void theFastPathStaysWithinItsBudget() throws Exception {
        Budget budget = Budget.read(PLACE.budget());
        Instructions instructions = new Instructions(PLACE, scratch);
        need(Instructions.valgrindPresent(), "no valgrind here: apt-get install valgrind");
        need(
                budget.compiler().equals(instructions.compiler()),
                "the budget is " + budget.compiler() + "'s, the library " + instructions.compiler() + "'s");
        assertThat(budget.complaints(instructions.count())).isEmpty();
    }

    private static void need(boolean met, String why) {
        if (!met) {
            System.err.println("The instructions of the fast path are not counted: " + why);
        }
        assumeTrue(met, why);
    }

    @Test
    void everyLoopHasABudget() throws IOException {
        assertThat(Budget.read(PLACE.budget()).instructions().keySet()).containsExactlyElementsOf(Instructions.LOOPS);
    }

    @Test
    void growthBeyondTheToleranceIsNamedAndLessIsNot() {
        Budget budget = new Budget("gcc 12", Map.of("a", 100.0));
        assertThat(budget.complaints(Map.of("a", 102.9))).isEmpty();
        assertThat(budget.complaints(Map.of("a", 50.0))).isEmpty();
        assertThat(budget.complaints(Map.of("a", 104.0)))
                .containsExactly("a takes 104.0 instructions, 4.0 % over its budget of 100.0");
        assertThat(budget.complaints(Map.of("a", 1.0, "b", 1.0))).containsExactly("b has no budget");
        assertThat(budget.complaints(Map.of())).containsExactly("a was not counted");
    }

    @Test
    void aBudgetIsReadAsItWasWritten() throws IOException {
        Path file = scratch.resolve("instructions.txt");
        Budget budget = new Budget("gcc 12", Map.of("a", 61.5));
        budget.write(file);
        assertThat(Budget.read(file)).isEqualTo(budget);
        Files.write(file, List.of("loop name=a instructions=1"));
        assertThatThrownBy(() -> Budget.read(file)).hasMessage("instructions.txt: one line compiler name=… is needed");
    }

    @Test
    void theTotalOfACallgrindFileIsItsSummary() throws IOException {
        assertThat(Instructions.total("events: Ir\nsummary: 123\n\nfn=(1)\n5 7\n"))
                .isEqualTo(123);
        assertThat(Instructions.total("fn=(1)\n5 7\ntotals: 456\n")).isEqualTo(456);
        assertThatThrownBy(() -> Instructions.total("fn=(1)\n")).hasMessage("callgrind left no summary");
    }
}
