package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.arena.Ledger;
import io.github.panamem.memory.Range;
import io.github.panamem.observe.Snapshot;
import io.github.panamem.sizeclass.SizeClass;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import org.junit.jupiter.api.Test;

/** Ready large blocks: C keeps them, Java gives them back. */
class ShelvesTest extends FreshHeap {
    private static final long PAGE = PANAMEM_PAGE_BYTES();

    private long ready(long request) {
        long block = allocate(request);
        assertThat(TestHeap.shelfGive(thread, block)).isEqualTo(1);
        return block;
    }

    /** Live at once before they are ready: where a block needs clean pages, what is ready goes back first. */
    private void readyBoth(long request, long other) {
        long block = allocate(request);
        ready(other);
        assertThat(TestHeap.shelfGive(thread, block)).isEqualTo(1);
    }

    private long bytes() {
        return Shelves.readyBytes(thread, 0) + Shelves.readyBytes(thread, 1);
    }

    @Test
    void flushKeepsSoManyBytes() {
        for (int pages = 3; pages <= 10; pages++) {
            ready(pages * PAGE);
            ready(MEM | pages * PAGE);
        }
        long before = bytes();
        for (long keepBytes = before; keepBytes >= 0; keepBytes -= 5 * PAGE) {
            long heldBytes = bytes();
            long answer = Heap.flush(thread, SizeClass.LARGE, keepBytes);
            assertThat(bytes()).isLessThanOrEqualTo(keepBytes);
            assertThat(answer).isEqualTo(1 + heldBytes - bytes());
            everyEquationHolds();
        }
        assertThat(Heap.flush(thread, SizeClass.LARGE, 0)).isPositive();
        assertThat(bytes()).isZero();
        assertThat(Ledger.usedBytes()).isZero();
        assertThat(Heap.flush(thread, SizeClass.LARGE, 0)).isEqualTo(1);
        assertThat(Heap.flush(thread, SizeClass.LARGE, -1)).isZero();
    }

    @Test
    void aBlockThatNobodyAsksForGoesBeforeLong() {
        ready(3 * PAGE);
        for (int round = 0; round < 10; round++) {
            ready(20 * PAGE);
            ready(20 * PAGE);
            Heap.flush(thread, SizeClass.LARGE, 23 * PAGE);
        }
        assertThat(TestHeap.shelfTake(thread, 0, 3 * PAGE)).isZero();
        assertThat(TestHeap.shelfTake(thread, 0, 20 * PAGE)).isNotZero();
    }

    @Test
    void readyBlocksGoBackBeforeALargeBlockTouchesCleanPages() {
        readyBoth(20 * PAGE, 20 * PAGE);
        long committedBytes = Ledger.committedBytes();
        allocate(30 * PAGE);
        assertThat(Ledger.committedBytes()).as("where both of them were").isEqualTo(committedBytes);
        assertThat(bytes()).isZero();
        ready(5 * PAGE);
        allocate(40 * PAGE);
        assertThat(bytes()).as("too short to help").isEqualTo(5 * PAGE);
    }

    @Test
    void aReadyBlockIsNotLive() {
        long block = ready(5 * PAGE);
        assertThat(Heap.free(thread, block, 0)).isZero();
        assertThat(Heap.reallocate(thread, block, 6 * PAGE)).isZero();
        assertThat(Heap.reallocate(thread, block, 64)).isZero();
        assertThat(TestHeap.shelfTake(thread, 0, 5 * PAGE)).isEqualTo(block);
        assertThat(Heap.free(thread, block, 0)).isEqualTo(1);
    }

    @Test
    void aSnapshotTellsReadyFromLive() {
        allocate(5 * PAGE);
        ready(7 * PAGE);
        TestHeap.shelfTake(thread, 0, 7 * PAGE);
        ready(9 * PAGE);
        Snapshot.LargeUse use = Snapshot.take().domains().getFirst().large();
        assertThat(use).isEqualTo(new Snapshot.LargeUse(2, 12 * PAGE, 21 * PAGE, 4, 1));
        assertThat(Snapshot.take().domains().getFirst().liveBytes()).isEqualTo(12 * PAGE);
    }

    @Test
    void nothingIsRefusedWhileBlocksAreReady() {
        readyBoth(40 * PAGE, MEM | 40 * PAGE);
        HeapFields.setLimitBytes(Ledger.committedBytes());
        long large = allocate(60 * PAGE);
        assertThat(bytes()).isZero();
        Heap.free(thread, large, 0);
        readyBoth(40 * PAGE, 40 * PAGE);
        assertThat(Heap.refill(thread, BIN_64, 1)).as("a pool").isEqualTo(1);
        assertThat(bytes()).isZero();
        assertThat(Range.bytesOf(80)).isEqualTo(Ledger.limitBytes());
    }
}
