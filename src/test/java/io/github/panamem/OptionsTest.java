package io.github.panamem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Options as text for the library, which alone reads them. */
class OptionsTest {
    @Test
    void theEnvironmentIsNull() {
        assertThat(Options.fromEnvironment()).isEqualTo(new Options(null, null));
    }

    @Test
    void nothingSetMeansTheDefaultAndNoOptions() {
        assertThat(Options.builder().build()).isEqualTo(new Options("default", ""));
    }

    @Test
    void everyOptionIsPrintedInItsOrder() {
        Options options = Options.builder()
                .malloc("arena_debug")
                .limit(1L << 29)
                .limit(Domain.RAW, 1)
                .limit(Domain.MEM, 2)
                .limit(Domain.OBJ, 3)
                .range(1L << 36)
                .decay(Duration.ofSeconds(2))
                .dirty(0)
                .magazine(4096)
                .reportAtExit(Path.of("/tmp/report-%p"))
                .stacks(16, 64)
                .reportsAsJson()
                .fail("3-5:mem")
                .verbose()
                .with("core", "jvm")
                .build();
        assertThat(options.malloc()).isEqualTo("arena_debug");
        assertThat(options.text())
                .isEqualTo(
                        "limit=536870912,limit.raw=1,limit.mem=2,limit.obj=3,range=68719476736,decay=2000,dirty=0,"
                                + "magazine=4096,report=exit:/tmp/report-%p,stacks=16:64,format=json,fail=3-5:mem,verbose,core=jvm");
    }

    @Test
    void theLastValueCounts() {
        assertThat(Options.builder().limit(1).limit(2).build().text()).isEqualTo("limit=2");
        assertThat(Options.builder()
                        .reportAtExit(Path.of("x"))
                        .reportAtExit()
                        .build()
                        .text())
                .isEqualTo("report=exit");
    }

    @Test
    void separatorsNegativeNumbersAndValuesWithoutANameAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.builder().with("report", "exit:a,b"))
                .withMessageContaining("','");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.builder().with("a=b", "c"))
                .withMessageContaining("'='");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.builder().with("", "c"))
                .withMessageContaining("'c' needs the name of an option");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.builder().limit(-1))
                .withMessageContaining("limit must not be negative");
    }
}
