package io.github.panamem.arena;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.OsFaults;
import io.github.panamem.testing.HeapFields;
import org.junit.jupiter.api.Test;

/** What goes back to the operating system, and when; the clock is the test's. */
class PurgeTest extends FreshPageHeap {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void oldDirtyRunsArePurgedWhenARunIsFreed() {
        HeapFields.setDecayNanos(SECOND);
        int[] runs = {take(1), take(1), take(2), take(1), take(3), take(1)};
        PageHeap.give(runs[0], SECOND);
        PageHeap.give(runs[2], 2 * SECOND - 1);
        assertThat(Ledger.dirtyBytes()).isEqualTo(bytes(3));
        PageHeap.give(runs[4], 2 * SECOND + 1);
        assertThat(Ledger.dirtyBytes()).as("the first is older than a second").isEqualTo(bytes(5));
        assertThat(Ledger.purgedTotalBytes()).isEqualTo(bytes(1));
        PageHeap.give(runs[5], 10 * SECOND);
        assertThat(Ledger.dirtyBytes()).isLessThanOrEqualTo(bytes(4));
    }

    @Test
    void aPurgedRunReadsAsZero() {
        int first = take(2);
        Memory.putLong(Range.address(first), 42);
        PageHeap.give(first, 1);
        assertThat(PageHeap.purge(0)).isEqualTo(bytes(2));
        assertThat(Memory.getLong(Range.address(first))).isZero();
        assertThat(PageHeap.take(2, 2, LARGE)).isEqualTo(first | PageHeap.ZEROED);
    }

    @Test
    void theLargestPartOfAMergedRunDecidesItsAge() {
        HeapFields.setDecayNanos(SECOND);
        int large = take(20);
        int small = take(1);
        int other = take(1);
        PageHeap.give(large, SECOND);
        PageHeap.give(small, 2 * SECOND - 1);
        PageHeap.give(other, 2 * SECOND + 1);
        assertThat(Ledger.dirtyBytes())
                .as("all merged, and as old as the largest")
                .isZero();
    }

    @Test
    void likewiseWhenTheLargestComesLast() {
        HeapFields.setDecayNanos(SECOND);
        int small = take(1);
        int middle = take(2);
        int large = take(20);
        PageHeap.give(small, 1);
        PageHeap.give(large, SECOND);
        PageHeap.give(middle, SECOND + 1);
        assertThat(Ledger.dirtyBytes()).isEqualTo(bytes(23));
        assertThat(PageRecord.freedNanos(Range.record(small))).isEqualTo(SECOND);
    }

    @Test
    void whatWasFreedJustNowIsNewWhenItIsTheLargest() {
        HeapFields.setDecayNanos(SECOND);
        int before = take(1);
        int large = take(20);
        int after = take(1);
        PageHeap.give(before, 1);
        PageHeap.give(after, 2);
        PageHeap.give(large, SECOND);
        assertThat(PageRecord.freedNanos(Range.record(before))).isEqualTo(SECOND);
        PageHeap.give(take(3), SECOND - 5);
        assertThat(Ledger.dirtyBytes()).as("no run is older than it will be").isEqualTo(bytes(22));
    }

    @Test
    void theDirtyCapMayFollowWhatIsInUse() {
        HeapFields.setDirtyCapBytes(bytes(10));
        HeapFields.setDirtyFollowsUse(true);
        int used = take(40);
        int[] runs = new int[16];
        for (int i = 0; i < 16; i++) {
            runs[i] = take(4);
            take(1);
        }
        for (int i = 0; i < 16; i++) {
            PageHeap.give(runs[i], i + 1);
        }
        assertThat(Ledger.dirtyBytes())
                .as("as much as the 56 pages in use, in whole runs")
                .isBetween(bytes(52), bytes(56));
        PageHeap.give(used, 17);
        assertThat(Ledger.dirtyBytes()).as("16 pages are in use").isLessThanOrEqualTo(bytes(16));
    }

    /** So many dirty runs of four pages with a used page behind each; the first frees fill the budget. */
    private static void leavePieces(int count) {
        int[] runs = new int[count];
        for (int i = 0; i < count; i++) {
            runs[i] = take(4);
            take(1);
        }
        for (int run : runs) {
            PageHeap.give(run, SECOND);
        }
    }

    @Test
    void cleanPagesAreTakenInExchangeForDirtyOnes() {
        HeapFields.setDirtyCapBytes(bytes(64 * 64));
        HeapFields.setDirtyFollowsUse(true);
        leavePieces(20);
        long committedBytes = Ledger.committedBytes();
        take(30);
        assertThat(Ledger.committedBytes())
                .as("pieces went back, in whole runs")
                .isBetween(committedBytes - bytes(2), committedBytes);
        take(30);
        take(30);
        assertThat(Ledger.dirtyBytes()).isZero();
        assertThat(Ledger.committedBytes()).as("no more was there to go").isEqualTo(committedBytes + bytes(10));
    }

    @Test
    void aBlockThatGrowsOverCleanPagesLikewise() {
        HeapFields.setDirtyCapBytes(bytes(64 * 64));
        HeapFields.setDirtyFollowsUse(true);
        leavePieces(20);
        int last = take(30);
        long committedBytes = Ledger.committedBytes();
        assertThat(PageHeap.growInPlace(last, 60)).isTrue();
        assertThat(Ledger.committedBytes()).isBetween(committedBytes - bytes(2), committedBytes);
    }

    @Test
    void theExchangeHasABudget() {
        HeapFields.setDirtyCapBytes(bytes(64 * 64));
        HeapFields.setDirtyFollowsUse(true);
        leavePieces(200);
        int[] runs = new int[30];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = take(20);
        }
        long mostBytes = 8L << 20;
        assertThat(Ledger.purgedTotalBytes()).as("in whole runs").isBetween(mostBytes, mostBytes + bytes(3));
        PageHeap.give(runs[29], SECOND + SECOND / 32);
        take(40);
        assertThat(Ledger.purgedTotalBytes())
                .as("a thirty-second of a second earns 1 MiB, more than 40 pages need")
                .isBetween(mostBytes + bytes(40), mostBytes + bytes(46));
    }

    @Test
    void aCapThatWasGivenExchangesNothing() {
        leavePieces(20);
        take(30);
        assertThat(Ledger.dirtyBytes()).isEqualTo(bytes(80));
    }

    @Test
    void dirtyBytesBeyondTheCapGoOldestFirst() {
        HeapFields.setDirtyCapBytes(bytes(10));
        int[] runs = new int[8];
        for (int i = 0; i < 8; i++) {
            runs[i] = take(4);
            take(1);
        }
        for (int i = 0; i < 8; i++) {
            PageHeap.give(runs[i], i + 1);
            assertThat(Ledger.dirtyBytes()).isLessThanOrEqualTo(bytes(10));
        }
        assertThat(take(4)).as("the last two are still dirty").isIn(runs[6], runs[7]);
        assertThat(Ledger.purgedTotalBytes()).isEqualTo(bytes(24));
    }

    @Test
    void aLongRunBeyondTheCapKeepsItsBeginning() {
        HeapFields.setDirtyCapBytes(bytes(100));
        int first = take(500);
        PageHeap.give(first, 1);
        assertThat(Ledger.dirtyBytes()).isBetween(bytes(100 - Range.ARENA_PAGES), bytes(100));
        assertThat(FreeRuns.beginsAt(first, RunLists.DIRTY)).isTrue();
    }

    @Test
    void whatTheOsDoesNotTakeStaysDirty() {
        OsFaults.refuseEveryDiscard(1);
        HeapFields.setDirtyCapBytes(0);
        int first = take(3);
        PageHeap.give(first, 1);
        assertThat(Ledger.dirtyBytes()).isEqualTo(bytes(3));
        assertThat(PageHeap.purge(0)).isZero();
        assertThat(take(3)).isEqualTo(first);
    }

    @Test
    void carvingADirtyRunKeepsItsAge() {
        HeapFields.setDecayNanos(SECOND);
        int first = take(20);
        take(1);
        int last = take(1);
        take(1);
        int other = take(1);
        PageHeap.give(first, SECOND);
        assertThat(take(5)).isEqualTo(first);
        assertThat(PageHeapCheck.finding()).isNull();
        PageHeap.give(other, SECOND + 1);
        assertThat(Ledger.purgedTotalBytes()).as("no older than it was").isZero();
        PageHeap.give(last, 2 * SECOND + 1);
        assertThat(Ledger.purgedTotalBytes()).isEqualTo(bytes(15));
    }
}
