package io.github.panamem.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.testing.TestHeap;
import org.junit.jupiter.api.Test;

class OsTest {
    private static final int UNTAKEN_PAGE = 5 * 64;

    @Test
    void commitsReservedMemoryAndDiscardsItsContents() {
        TestHeap.reset(TestHeap.RANGE_BYTES);
        long address = Range.address(UNTAKEN_PAGE);
        assertThat(Os.commit(address, Range.PAGE_BYTES)).isTrue();
        Memory.putLong(address, 42);
        assertThat(Os.discard(address, Range.PAGE_BYTES)).isTrue();
        assertThat(Memory.getLong(address)).isZero();
    }

    @Test
    void refusesByAnswerAlone() {
        assertThat(Os.commit(1, 1)).as("an address that is not a page's").isFalse();
        assertThat(Os.discard(1, 1)).isFalse();
    }

    @Test
    void knowsTheMachine() {
        assertThat(Range.PAGE_BYTES % Os.pageBytes()).isZero();
        assertThat(Os.addressSpaceLimitBytes()).isPositive();
        long before = Os.monotonicNanos();
        assertThat(Os.monotonicNanos()).isGreaterThanOrEqualTo(before);
    }
}
