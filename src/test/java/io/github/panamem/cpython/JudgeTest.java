package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a difference, what is run again, and what is not. */
class JudgeTest {
    private static final String FILE = "test_x";
    private static final String A_PASSES = "tests $(passed test.test_x.C.test_a)";
    private static final String A_FAILS = "tests $(failed test.test_x.C.test_a); exit 2";
    private static final String A_IS_SKIPPED = "tests $(skipped test.test_x.C.test_a)";

    @TempDir
    Path folder;

    private FakePython python;

    @BeforeEach
    void stockPasses() throws IOException {
        python = new FakePython(folder).stockDoes(FILE, A_PASSES);
    }

    @Test
    void theSameResultsNeedOneRunEach() throws Exception {
        Judgement judgement = python.oursDoes(FILE, A_PASSES).judge(FILE);
        assertThat(judgement.isGood()).isTrue();
        assertThat(judgement.tests()).isEqualTo(1);
        assertThat(judgement.text()).startsWith("3.14.3 test_x: 1 tests").doesNotContain("\n");
        assertThat(python.stockRuns(FILE)).isEqualTo(1);
        assertThat(python.ourRuns(FILE)).isEqualTo(1);
    }

    @Test
    void aDifferenceCountsAfterThreeReruns() throws Exception {
        Judgement judgement = python.oursDoes(FILE, A_FAILS).judge(FILE);
        assertThat(judgement.unexplained())
                .containsExactly(new Difference("test.test_x.C.test_a", "passed", "failed (no)"));
        assertThat(judgement.text()).contains("DIFFERS test.test_x.C.test_a: passed on stock, failed (no) on Panamem");
        assertThat(python.stockRuns(FILE)).isEqualTo(4);
        assertThat(python.ourRuns(FILE)).isEqualTo(4);
    }

    @Test
    void aDifferenceThatGoesAwayDoesNotCount() throws Exception {
        String failsTwice = "if [ $(wc -l <\"$folder/ours-test_x.runs\") -le 2 ]; then %s; fi; %s";
        Judgement judgement =
                python.oursDoes(FILE, failsTwice.formatted(A_FAILS, A_PASSES)).judge(FILE);
        assertThat(judgement.isGood()).isTrue();
        assertThat(judgement.unsteady()).extracting(Difference::test).containsExactly("test.test_x.C.test_a");
        assertThat(python.ourRuns(FILE)).isEqualTo(3);
    }

    @Test
    void skippedIsNotPassed() throws Exception {
        Judgement judgement = python.oursDoes(FILE, A_IS_SKIPPED).judge(FILE);
        assertThat(judgement.unexplained())
                .containsExactly(new Difference("test.test_x.C.test_a", "passed", "skipped"));
    }

    @Test
    void anExplainedDifferenceIsNamedAndNotRunAgain() throws Exception {
        python.explained(
                "test.test_x.C.test_a | introspection | 3.14+ | the reason",
                "test.test_x.C.test_a | introspection | 3.13 | not of this version");
        Judgement judgement = python.oursDoes(FILE, A_FAILS).judge(FILE);
        assertThat(judgement.isGood()).isTrue();
        assertThat(judgement.text()).contains("introspection: test.test_x.C.test_a, the reason");
        assertThat(python.ourRuns(FILE)).isEqualTo(1);
    }

    @Test
    void anExplanationOfAnotherVersionIsNone() throws Exception {
        python.explained("test.test_x.C.test_a | introspection | 3.13 | the reason");
        assertThat(python.oursDoes(FILE, A_FAILS).judge(FILE).isGood()).isFalse();
    }

    @Test
    void anExplanationThatIsNotNeededIsStale() throws Exception {
        python.explained(
                "test.test_x.C.test_a | introspection | all | the reason",
                "test.test_x.C.test_b | introspection | 3.11 | not of this version",
                "test.test_xy.C.test_a | introspection | all | not of this file");
        Judgement judgement = python.oursDoes(FILE, A_PASSES).judge(FILE);
        assertThat(judgement.isGood()).isTrue();
        assertThat(judgement.stale()).extracting(Explained::test).containsExactly("test.test_x.C.test_a");
    }

    @Test
    void aCrashIsADifferenceOfTheWholeFile() throws Exception {
        Judgement judgement = python.oursDoes(FILE, "kill -SEGV $$").judge(FILE);
        assertThat(judgement.unexplained())
                .containsExactly(new Difference("test_x (the whole file)", "ended", "no tests, status 139"));
    }

    @Test
    void aCrashAfterTheTestsIsADifferenceToo() throws Exception {
        Judgement judgement =
                python.oursDoes(FILE, A_PASSES + "; kill -SEGV $$").judge(FILE);
        assertThat(judgement.unexplained())
                .containsExactly(new Difference("test_x (the whole file)", "ended", "status 139"));
    }

    @Test
    void aFailureOutsideOfTestsIsADifference() throws Exception {
        Judgement judgement = python.oursDoes(FILE, A_PASSES + "; exit 2").judge(FILE);
        assertThat(judgement.unexplained())
                .containsExactly(new Difference("test_x (the whole file)", "ended", "status 2"));
    }

    @Test
    void aFileThatIsSkippedOnBothSidesHasNothingToCompare() throws Exception {
        Judgement judgement =
                python.stockDoes(FILE, "exit 0").oursDoes(FILE, "exit 0").judge(FILE);
        assertThat(judgement.isGood()).isTrue();
        assertThat(judgement.tests()).isZero();
        assertThat(judgement.text()).contains("nothing to compare, no tests, status 0");
    }

    @Test
    void aSeriesThatWasCutOffGoesOn() throws Exception {
        python.oursDoes(FILE, A_FAILS).judge(FILE);
        assertThat(python.judge(FILE).isGood()).isFalse();
        assertThat(python.ourRuns(FILE)).as("all are kept").isEqualTo(4);

        Files.delete(folder.resolve("results/ours1/test_x/2.end"));
        assertThat(python.judge(FILE).isGood()).isFalse();
        assertThat(python.ourRuns(FILE)).as("one had not come to its end").isEqualTo(5);
        assertThat(python.stockRuns(FILE)).isEqualTo(4);
    }

    @Test
    void whatWasCutOffLeavesNoVerdict() throws Exception {
        python.oursDoes(FILE, A_PASSES).judge(FILE);
        Files.delete(folder.resolve("results/ours1/test_x/0.end"));
        Judgement judgement = python.oursDoes(FILE, "exit 0").judge(FILE);
        assertThat(judgement.ours().hasTests()).isFalse();
    }

    @Test
    void anotherBuildOfPanamemIsRunAndStockIsNot() throws Exception {
        python.oursDoes(FILE, A_PASSES).judge(FILE);
        python.build("2").judge(FILE);
        assertThat(python.ourRuns(FILE)).isEqualTo(2);
        assertThat(python.stockRuns(FILE)).isEqualTo(1);
    }

    @Test
    void whatIsForgottenIsRunAgain() throws Exception {
        python.oursDoes(FILE, A_PASSES).judge(FILE);
        python.judge().forget(FILE);
        python.judge(FILE);
        assertThat(python.ourRuns(FILE)).isEqualTo(2);
        assertThat(python.stockRuns(FILE)).isEqualTo(2);
    }

    /** The difference is explained, so that patience ends only once. */
    @Test
    void patienceEndsWithAllProcesses() throws Exception {
        python.patience(Duration.ofSeconds(5))
                .explained("test_x (the whole file) | introspection | all | this test")
                .oursDoes(FILE, """
                        (setsid sleep 1000 & echo $! >"$folder/left-the-tree")
                        env -i sleep 1000 & echo $! >"$folder/without-environment"
                        sleep 1000
                        """);
        Judgement judgement = python.judge(FILE);
        assertThat(judgement.ours().wholeFile()).isEqualTo("no end");
        assertThat(judgement.explained()).hasSize(1);
        assertThat(isAlive("left-the-tree")).isFalse();
        assertThat(isAlive("without-environment")).isFalse();
    }

    @Test
    void nothingIsLeftOfARun() throws Exception {
        python.oursDoes(FILE, """
                mkdir "$TMPDIR/locked"; touch "$TMPDIR/locked/file"; chmod 0 "$TMPDIR/locked"
                pwd >"$folder/working"
                (setsid sleep 1000 & echo $! >"$folder/left-behind")
                """ + A_PASSES).judge(FILE);
        assertThat(isAlive("left-behind")).isFalse();
        assertThat(Path.of(text("working"))).doesNotExist();
    }

    /** Each file waits for the other. */
    @Test
    void shardsWorkAtTheSameTime() {
        for (String[] file : new String[][] {{"test_x", "test_y"}, {"test_y", "test_x"}}) {
            String waits = "touch \"$folder/%s\"; until [ -e \"$folder/%s\" ]; do sleep 0.01; done; %s"
                    .formatted(file[0], file[1], A_PASSES);
            python.stockDoes(file[0], waits).oursDoes(file[0], A_PASSES);
        }
        try (Shards shards = new Shards(2)) {
            CompletableFuture<Judgement> first = shards.judge(python.judge(), "test_x");
            CompletableFuture<Judgement> second = shards.judge(python.judge(), "test_y");
            assertThat(first.join().stock().wholeFile()).isEqualTo("ended");
            assertThat(second.join().stock().wholeFile()).isEqualTo("ended");
        }
    }

    private boolean isAlive(String name) throws IOException {
        return ProcessHandle.of(Long.parseLong(text(name)))
                .map(ProcessHandle::isAlive)
                .orElse(false);
    }

    private String text(String name) throws IOException {
        return Files.readString(folder.resolve(name)).strip();
    }
}
