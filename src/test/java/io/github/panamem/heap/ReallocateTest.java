package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.arena.Ledger;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.testing.HeapFields;
import org.junit.jupiter.api.Test;

/** Blocks that change their size: which stay, which move, and what they hold afterwards. */
class ReallocateTest extends FreshHeap {
    @Test
    void aSmallBlockStaysWhileItFitsAndUsesMoreThanThreeQuarters() {
        long block = allocate(64);
        assertThat(Heap.reallocate(thread, block, 64)).isEqualTo(block);
        assertThat(Heap.reallocate(thread, block, 49)).isEqualTo(block);
        long moved = Heap.reallocate(thread, block, 48);
        assertThat(moved).isNotEqualTo(block).isNotZero();
        assertThat(Heap.reallocate(thread, moved, 0)).isNotZero();
        long least = allocate(1);
        assertThat(Heap.reallocate(thread, least, 0)).as("no smaller class").isEqualTo(least);
    }

    @Test
    void contentsSurviveEveryMove() {
        long block = allocate(8);
        Memory.putLong(block, 0x1122334455667788L);
        for (long bytes : new long[] {100, 20_000, 33_000, 500_000, 3_000_000, 40_000, 600, 8}) {
            block = Heap.reallocate(thread, block, bytes);
            assertThat(Memory.getLong(block)).isEqualTo(0x1122334455667788L);
        }
    }

    @Test
    void aMovedBlockChangesDomainAndOneThatStaysDoesNot() {
        long block = allocate(64);
        assertThat(Heap.reallocate(thread, block, MEM | 60)).isEqualTo(block);
        long moved = Heap.reallocate(thread, block, MEM | 600);
        assertThat(BinRecord.domain(Range.bin(Range.page(moved)))).isEqualTo(1);
    }

    @Test
    void aLargeBlockGrowsAndShrinksInPlace() {
        long block = allocate(100_000);
        for (long bytes : new long[] {200_000, 5_000_000, 300_000, 50_000, 40_000, 37_000}) {
            assertThat(Heap.reallocate(thread, block, bytes)).isEqualTo(block);
        }
        assertThat(Ledger.largeBytes(0)).isEqualTo(3L * PANAMEM_PAGE_BYTES());
        assertThat(Ledger.largePeakBytes(0)).isGreaterThanOrEqualTo(5_000_000);
        assertThat(Ledger.largeCount(0)).isEqualTo(1);
        assertThat(Ledger.largeTotal(0)).isEqualTo(1);
    }

    @Test
    void aGrowingBlockMovesToWhereItHasRoom() {
        long block = allocate(1_000_000);
        allocate(50_000);
        long hole = allocate(1_500_000);
        allocate(50_000);
        Heap.free(thread, hole, 0);
        long moved = Heap.reallocate(thread, block, 1_500_000);
        assertThat(moved).as("not into the hole that just fits").isNotEqualTo(hole);
        assertThat(Heap.reallocate(thread, moved, 2_500_000)).isEqualTo(moved);
        assertThat(allocate(1_500_000)).as("what does not grow takes the hole").isEqualTo(hole);
    }

    @Test
    void aRefusedReallocateLeavesTheBlock() {
        long block = allocate(1_000_000);
        Memory.putLong(block, 42);
        allocate(100_000);
        HeapFields.setLimitBytes(Ledger.committedBytes() + 500_000);
        assertThat(Heap.reallocate(thread, block, 2_000_000)).isZero();
        assertThat(Heap.reallocate(thread, block, 2L << PANAMEM_REQUEST_SHIFT() - 2))
                .isZero();
        assertThat(Memory.getLong(block)).isEqualTo(42);
        long small = allocate(500);
        HeapFields.setLimitBytes(Ledger.committedBytes());
        assertThat(Heap.reallocate(thread, small, 40_000)).isZero();
        assertThat(Heap.free(thread, small, 0)).isEqualTo(1);
        assertThat(Heap.free(thread, block, 0)).isEqualTo(1);
    }
}
