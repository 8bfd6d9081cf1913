package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;

class GarbageTest {
    private static final Place PLACE = Place.of(Path.of(System.getProperty("panamem.root")));

    private static Collection<RunResult> run(String name) throws Exception {
        return new Runner(JmhCommand.options(PLACE, JmhCommand.Thoroughness.COUNT)
                        .include(name)
                        .build())
                .run();
    }

    /** The regression check: every path of the core that serves a request, called from Java and from C. */
    @Test
    void noBenchmarkOfTheCoreMakesAny() throws Exception {
        Collection<RunResult> results = run("\\.benchmarks\\.jmh\\.");
        assertThat(results).hasSizeGreaterThanOrEqualTo(9);
        assertThat(Garbage.in(results)).isEmpty();
    }

    @Test
    void whatMakesSomeIsNamedWithItsBytes() throws Exception {
        assertThat(Garbage.in(run("WastefulBenchmark")))
                .hasSize(1)
                .first()
                .asString()
                .matches(
                        ".*WastefulBenchmark\\.list\\S* allocates [1-9][0-9]+\\.[0-9] bytes of Java heap per operation");
    }
}
