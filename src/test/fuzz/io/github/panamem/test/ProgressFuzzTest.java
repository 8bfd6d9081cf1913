package io.github.panamem.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

/** A line of a child that ended in the midst of it is read as it was written, or refused. */
class ProgressFuzzTest {
    private static final Trial.Result CRASH = new Trial.Result("crash", "the process ended by signal 11", "");

    @FuzzTest(maxDuration = "60s")
    void anyLineIsReadOrRefused(@NotNull String line) {
        Progress read;
        try {
            read = Progress.parse(line);
        } catch (IllegalArgumentException refused) {
            return;
        }
        assertThat(Progress.parse(read.line())).isEqualTo(read);
        if (read instanceof Progress.Tried tried) {
            var findings = new Findings();
            findings.add(tried, CRASH);
            assertThat(findings.report(1)).isNotEmpty();
        }
    }
}
