package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people read: a line for each file, and the counts at the end. */
class ProgressTest {
    private static final Interpreter PYTHON = new Interpreter(Path.of("/python"), "3.14.3", "fake");
    private static final Difference DIFFERENCE = new Difference("test.test_y.C.test_a", "passed", "failed (no)");
    private static final Explained EXPLAINED =
            new Explained("test.test_y.C.test_b", "introspection", Versions.of("all"), "the reason");

    private static Judgement good() {
        Result result = new Result(0, 3, new Verdicts(Map.of("test.test_x.C.test_a", Verdict.PASSED), 0));
        return new Judgement(PYTHON, "test_x", result, result, List.of(), List.of(), List.of(), List.of());
    }

    private static Judgement bad() {
        Result none = new Result(0, 0, Verdicts.NONE);
        return new Judgement(
                PYTHON,
                "test_y",
                none,
                none,
                List.of(EXPLAINED),
                List.of(DIFFERENCE),
                List.of(DIFFERENCE),
                List.of(EXPLAINED));
    }

    private static String told(boolean somebodyLooks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), somebodyLooks, 2);
        progress.tell(good());
        progress.tell(bad());
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLogHasALineForEachFile() {
        assertThat(told(false)).isEqualTo("""
                [1/2] 3.14.3 test_x: 1 tests (stock 3 s, Panamem 3 s)
                [2/2] 3.14.3 test_y: nothing to compare, no tests, status 0 (stock 0 s, Panamem 0 s)
                  DIFFERS test.test_y.C.test_a: passed on stock, failed (no) on Panamem
                  not every time: test.test_y.C.test_a: passed on stock, failed (no) on Panamem
                  introspection: test.test_y.C.test_b, the reason
                  stale, no difference any more: test.test_y.C.test_b
                """);
    }

    @Test
    void onATerminalTheLineOfAGoodFileGoesAway() {
        String clear = "\r\033[K";
        assertThat(told(true))
                .startsWith(clear + "[1/2] 3.14.3 test_x: 1 tests (stock 3 s, Panamem 3 s)" + clear + "[2/2]")
                .endsWith("\n" + clear);
    }

    @Test
    void theCountsAreByPython() {
        Tally tally = new Tally();
        tally.add(good());
        tally.add(bad());
        assertThat(tally.text())
                .isEqualTo("CPython's tests: 3.14.3: 2 files (1 without tests here), 1 tests compared; "
                        + "differences: unexplained 1, not every time 1, introspection 1");
    }
}
