package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunClassTest {
    @Test
    void shortRunsHaveAClassEach() {
        for (int pages = 1; pages <= PANAMEM_RUN_EXACT(); pages++) {
            assertThat(RunLists.classOf(pages)).isEqualTo(pages - 1);
        }
    }

    @Test
    void longRunsShareFourClassesPerDoubling() {
        int before = PANAMEM_RUN_EXACT() - 1;
        for (int pages = PANAMEM_RUN_EXACT() + 1; pages < 1 << 20; pages++) {
            int runClass = RunLists.classOf(pages);
            assertThat(runClass).isBetween(before, before + 1);
            before = runClass;
        }
        assertThat(RunLists.classOf(64)).isEqualTo(36);
        assertThat(RunLists.classOf(80)).isEqualTo(37);
        assertThat(RunLists.classOf((1 << 29) - 1)).isEqualTo(PANAMEM_RUN_CLASSES() - 1);
    }
}
