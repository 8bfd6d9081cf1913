package io.github.panamem.benchmarks;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

class GarbageTest {
    private static final Place PLACE = Place.of(Path.of(System.getProperty("panamem.root")));

    private static Collection<RunResult> run(JmhCommand.Thoroughness how, Collection<String> names) throws Exception {
        ChainedOptionsBuilder options = JmhCommand.options(PLACE, how);
        names.forEach(options::include);
        return new Runner(options.build()).run();
    }

    /**
     * The regression check: every path of the core that serves a request, called from Java and from C. What the harness
     * leaves weighs much where few operations were run, so those that seem to make some are asked again for longer.
     */
    @Test
    void noBenchmarkOfTheCoreMakesAny() throws Exception {
        Collection<RunResult> results = run(JmhCommand.Thoroughness.COUNT, List.of("\\.benchmarks\\.jmh\\."));
        assertThat(results).hasSizeGreaterThanOrEqualTo(9);
        Set<String> suspects = results.stream()
                .filter(Garbage::suspected)
                .map(result -> result.getParams().getBenchmark())
                .collect(toSet());
        if (!suspects.isEmpty()) {
            assertThat(Garbage.in(run(JmhCommand.Thoroughness.QUICK, suspects))).isEmpty();
        }
    }

    @Test
    void whatMakesSomeIsNamedWithItsBytes() throws Exception {
        assertThat(Garbage.in(run(JmhCommand.Thoroughness.COUNT, List.of("WastefulBenchmark"))))
                .hasSize(1)
                .first()
                .asString()
                .matches(
                        ".*WastefulBenchmark\\.list\\S* allocates [1-9][0-9]+\\.[0-9] bytes of Java heap per operation");
    }
}
