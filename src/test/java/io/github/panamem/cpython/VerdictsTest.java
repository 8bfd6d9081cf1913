package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Reading what libregrtest writes. */
class VerdictsTest {
    private static final String NO_LOG = "";

    private static Verdicts verdicts(String log, String... tests) throws IOException {
        return Verdicts.of("<testsuites><testsuite>" + String.join("", tests) + "</testsuite></testsuites>", log);
    }

    @Test
    void eachKindIsKnown() throws IOException {
        Verdicts verdicts = verdicts(
                NO_LOG,
                "<testcase name='test.m.C.good' result='completed'><system-out/><system-err/></testcase>",
                "<testcase name='test.m.C.skipped'><skipped>no such thing here</skipped></testcase>",
                "<testcase name='test.m.C.bad'><failure message='1 != 2&#10;more'>Traceback</failure></testcase>",
                "<testcase name='test.m.C.worse'><error message='OSError'>Traceback</error></testcase>",
                "<testcase name='test.m.C.expected'><output message='known'>Traceback</output></testcase>",
                "<testcase name='test.m.C.unexpected'><outcome>UNEXPECTED_SUCCESS</outcome></testcase>");
        assertThat(verdicts.on("test.m.C.good")).isEqualTo(Verdict.PASSED);
        assertThat(verdicts.on("test.m.C.skipped")).isEqualTo(Verdict.SKIPPED);
        assertThat(verdicts.on("test.m.C.bad")).isEqualTo(Verdict.failed("1 != 2 more"));
        assertThat(verdicts.on("test.m.C.worse")).isEqualTo(Verdict.failed("OSError"));
        assertThat(verdicts.on("test.m.C.expected")).isEqualTo(Verdict.PASSED);
        assertThat(verdicts.on("test.m.C.unexpected").kind()).isEqualTo(Verdict.Kind.FAILED);
        assertThat(verdicts.on("test.m.C.other")).isEqualTo(Verdict.ABSENT);
    }

    @Test
    void aSkippedSubtestIsItsMethod() throws IOException {
        Verdicts verdicts = verdicts(
                NO_LOG,
                "<testcase name='test.m.C.a (i=1)'><skipped>no</skipped></testcase>",
                "<testcase name='test.m.C.b [why] (i=1)'><skipped>no</skipped></testcase>",
                "<testcase name='setUpClass (test.m.D)'><error message='no'/></testcase>");
        assertThat(verdicts.byTest()).containsOnlyKeys("test.m.C.a", "test.m.C.b", "setUpClass (test.m.D)");
    }

    @Test
    void aFailedSubtestHasItsNameFromTheLog() throws IOException {
        String log = """
                a (test.m.C.a) ...
                  a (test.m.C.a) (i=1) ... FAIL
                ======================================================================
                FAIL: a (test.m.C.a) (i=1)
                ----------------------------------------------------------------------
                FAIL: a (test.m.C.a) (i=2)
                ERROR: b (test.m.C.b) [why] (i=1)
                FAIL: c (test.m.C.c)
                """;
        Verdicts verdicts = verdicts(
                log, "<testcase/>", "<testcase/>", "<testcase name='test.m.C.c'><failure message='no'/></testcase>");
        assertThat(verdicts.nameless()).isZero();
        assertThat(verdicts.on("test.m.C.a")).isEqualTo(Verdict.failed("subtest (i=1)"));
        assertThat(verdicts.on("test.m.C.b")).isEqualTo(Verdict.failed("subtest [why] (i=1)"));
        assertThat(verdicts.on("test.m.C.c")).isEqualTo(Verdict.failed("no"));
        assertThat(verdicts.on("test.m.C.d")).isEqualTo(Verdict.ABSENT);
    }

    @Test
    void aTestWithoutAnyNameHasFailed() throws IOException {
        Verdicts verdicts = verdicts(NO_LOG, "<testcase/>", "<testcase name='test.m.C.good'/>");
        assertThat(verdicts.haveFailure()).isTrue();
        assertThat(verdicts.on("test.m.C.a").kind()).isEqualTo(Verdict.Kind.FAILED);
    }

    @Test
    void theWorstOfTwoVerdictsCounts() throws IOException {
        String good = "<testcase name='test.m.C.a'/>";
        String bad = "<testcase name='test.m.C.a'><failure message='no'/></testcase>";
        assertThat(verdicts(NO_LOG, good, bad).on("test.m.C.a")).isEqualTo(Verdict.failed("no"));
        assertThat(verdicts(NO_LOG, bad, good).on("test.m.C.a")).isEqualTo(Verdict.failed("no"));
    }

    @Test
    void charactersThatNoXmlAllowsDoNoHarm() throws IOException {
        Verdicts verdicts = verdicts(
                NO_LOG,
                "<testcase name='test.m.C.a'><system-out>\u001b \b &#27; &#55357; &#65535; &#233;</system-out></testcase>");
        assertThat(verdicts.on("test.m.C.a")).isEqualTo(Verdict.PASSED);
    }

    @Test
    void noXmlMeansNoTests() throws IOException {
        assertThat(Verdicts.read(Path.of("/no/such.xml"), Path.of("/no/such.log"))
                        .isEmpty())
                .isTrue();
        assertThat(Verdicts.of("<testsuites tests='0' errors='0' failures='0'/>", NO_LOG)
                        .isEmpty())
                .isTrue();
    }
}
