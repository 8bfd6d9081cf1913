package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Range;
import io.github.panamem.os.OsFaults;
import io.github.panamem.testing.TestHeap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each test begins with an empty page heap of 63 arenas and leaves one whose equations hold. */
abstract class FreshPageHeap {
    static final int LARGE = PANAMEM_CLASS_LARGE();

    @BeforeEach
    void heap() {
        TestHeap.reset(64L << 20);
    }

    @AfterEach
    void nothingIsWrong() {
        OsFaults.none();
        assertThat(PageHeapCheck.finding()).isNull();
    }

    static int take(int pages) {
        return (int) PageHeap.take(pages, pages, LARGE);
    }

    static long bytes(long pages) {
        return Range.bytesOf(pages);
    }
}
