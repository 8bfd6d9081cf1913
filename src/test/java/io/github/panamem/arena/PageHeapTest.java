package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.OsFaults;
import io.github.panamem.pool.Pool;
import io.github.panamem.testing.HeapFields;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class PageHeapTest extends FreshPageHeap {
    // ---- Taking and giving

    @Test
    void aFreshRunIsZeroedAndADirtyOneIsNot() {
        long run = PageHeap.take(3, 3, LARGE);
        assertThat(run & PageHeap.ZEROED).isNotZero();
        PageHeap.give((int) run, 1);
        long again = PageHeap.take(3, 3, LARGE);
        assertThat((int) again).isEqualTo((int) run);
        assertThat(again & PageHeap.ZEROED).isZero();
    }

    @Test
    void neighboursMergeInEveryOrder() {
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        for (int[] order : orders) {
            int[] runs = {take(2), take(3), take(4)};
            for (int index : order) {
                PageHeap.give(runs[index], 1);
                assertThat(PageHeapCheck.finding()).isNull();
            }
            assertThat(PageRecord.runPages(Range.record(runs[0]))).isEqualTo(9);
        }
    }

    @Test
    void aRunLongerThanTheRangeIsRefused() {
        assertThat(PageHeap.take(64 * 64, 64 * 64, LARGE)).isZero();
        assertThat(PageHeap.take(1L << 34, 1L << 34, LARGE)).isZero();
        assertThat(PageHeap.take(63 * 64 + 1, 1L << 34, LARGE)).isZero();
        assertThat(Ledger.refusedByOsCount()).isEqualTo(3);
        assertThat(PageHeap.take(63 * 64, 1L << 34, LARGE)).isNotZero();
    }

    @Test
    void theWholeRangeCanBeUsedAgainAndAgain() {
        for (int pages : new int[] {1, 7, 64, 63 * 64}) {
            int runs = 0;
            int last = 0;
            for (int first = take(pages); first != 0; first = take(pages)) {
                runs++;
                last = first;
                PageRecord.setRequestBytes(Range.record(first), last);
            }
            assertThat(runs).isEqualTo(63 * 64 / pages);
            for (int page = Range.ARENA_PAGES; page < 64 * 64; page += pages) {
                if (Range.bin(page) != 0) {
                    PageHeap.give(page, 1);
                }
            }
            assertThat(Ledger.usedBytes()).isZero();
        }
    }

    @Test
    void dirtyAndCleanNeighboursServeOneLongRun() {
        int first = take(30 * 64);
        take(33 * 64);
        PageHeap.give(first, 1);
        PageHeap.purge(bytes(15 * 64));
        assertThat(take(30 * 64))
                .as("half dirty, half clean: purged to become one")
                .isEqualTo(first);
    }

    // ---- Growing and shrinking

    @Test
    void growsOverDirtyAndCleanPagesAndFreshArenas() {
        int first = take(10);
        int second = take(10);
        PageHeap.give(second, 1);
        assertThat(PageHeap.growInPlace(first, 200)).isTrue();
        assertThat(Ledger.dirtyBytes()).isZero();
        assertThat(Ledger.usedBytes(0)).isEqualTo(bytes(200));
        assertThat(Arenas.taken()).isEqualTo(1 + 4);
        assertThat(Range.bin(first + 199)).isEqualTo(LARGE);
    }

    @Test
    void doesNotGrowOverANeighbour() {
        int first = take(10);
        take(1);
        assertThat(PageHeap.growInPlace(first, 11)).isFalse();
        assertThat(PageRecord.runPages(Range.record(first))).isEqualTo(10);
    }

    @Test
    void doesNotGrowBeyondTheRange() {
        int first = take(10);
        assertThat(PageHeap.growInPlace(first, 63 * 64 + 1)).isFalse();
        assertThat(PageHeap.growInPlace(first, 63 * 64)).isTrue();
    }

    @Test
    void growsOrderedByRoom() {
        int first = (int) PageHeap.take(10, 300, LARGE);
        assertThat(FreeRuns.pages(first + 10)).as("room behind it").isGreaterThanOrEqualTo(290);
        int small = take(1);
        assertThat(small).as("others come after it all the same").isEqualTo(first + 10);
    }

    @Test
    void aDirtyRunWithoutRoomIsBetterThanCleanPagesWithIt() {
        int dirty = take(12);
        take(1);
        PageHeap.give(dirty, 1);
        assertThat((int) PageHeap.take(10, 300, LARGE)).isEqualTo(dirty);
    }

    @Test
    void aBlockMovesOnlyWhereItsDomainMayHaveBothAtOnce() {
        int dirty = take(20);
        take(1);
        int block = take(10);
        PageHeap.give(dirty, 1);
        HeapFields.setDomainLimitBytes(0, bytes(25));
        assertThat(PageHeap.isBetterMoved(block, 15))
                .as("11 pages in use, and 15 more")
                .isFalse();
        HeapFields.setDomainLimitBytes(0, bytes(26));
        assertThat(PageHeap.isBetterMoved(block, 15)).isTrue();
    }

    @Test
    void aBlockMovesToADirtyRunBeforeItGrowsOverCleanPages() {
        int dirty = take(20);
        take(1);
        int block = take(10);
        assertThat(PageHeap.isBetterMoved(block, 15)).as("nothing is dirty").isFalse();
        PageHeap.give(dirty, 1);
        assertThat(PageHeap.isBetterMoved(block, 15)).isTrue();
        assertThat(PageHeap.isBetterMoved(block, 21)).as("too long for it").isFalse();
        assertThat(PageHeap.isBetterMoved(block, 12))
                .as("ten pages copied for two")
                .isFalse();
        int behind = take(21);
        assertThat(behind).isEqualTo(block + 10);
        PageHeap.give(behind, 1);
        assertThat(PageHeap.isBetterMoved(block, 15))
                .as("dirty pages are behind it")
                .isFalse();
    }

    @Test
    void growingPurgesOthersForTheLimit() {
        int other = take(20);
        int first = take(20);
        PageHeap.give(other, 1);
        HeapFields.setLimitBytes(bytes(40));
        assertThat(PageHeap.growInPlace(first, 40)).isTrue();
        assertThat(Ledger.committedBytes()).isEqualTo(bytes(40));
        assertThat(PageHeap.growInPlace(first, 41)).isFalse();
    }

    @Test
    void shrinkingGivesTheEndBack() {
        int first = take(10);
        PageHeap.shrink(first, 4, 1);
        assertThat(Ledger.usedBytes(0)).isEqualTo(bytes(4));
        assertThat(Ledger.dirtyBytes()).isEqualTo(bytes(6));
        assertThat(take(6)).isEqualTo(first + 4);
    }

    // ---- Limits

    @Test
    void theHeapLimitCountsCommittedBytesAndDirtyRunsMakeRoom() {
        HeapFields.setLimitBytes(bytes(100));
        int first = take(60);
        int second = take(40);
        assertThat(take(1)).isZero();
        assertThat(Ledger.refusedByLimitCount()).isEqualTo(1);
        PageHeap.give(first, 1);
        assertThat(Ledger.committedBytes()).isEqualTo(bytes(100));
        assertThat(take(60)).as("dirty pages are committed already").isEqualTo(first);
        PageHeap.give(second, 1);
        PageHeap.give(first, 1);
        assertThat(take(90)).isEqualTo(first);
        assertThat(take(10)).isNotZero();
        assertThat(take(1)).isZero();
    }

    @Test
    void aRunOfCleanPagesPurgesDirtyOnesThatAreTooShort() {
        HeapFields.setLimitBytes(bytes(100));
        int[] runs = new int[50];
        for (int i = 0; i < 50; i++) {
            runs[i] = take(2);
        }
        for (int i = 0; i < 50; i += 2) {
            PageHeap.give(runs[i], 1);
        }
        assertThat(take(50)).as("50 dirty pages, no two runs adjacent").isNotZero();
        assertThat(Ledger.committedBytes()).isEqualTo(bytes(100));
        assertThat(Ledger.dirtyBytes()).isZero();
    }

    @Test
    void domainLimitsAreApart() {
        HeapFields.setDomainLimitBytes(1, bytes(5));
        int obj = 2 << PANAMEM_BIN_SHIFT() | LARGE;
        int mem = 1 << PANAMEM_BIN_SHIFT() | LARGE;
        assertThat(PageHeap.take(6, 6, mem)).isZero();
        int first = (int) PageHeap.take(5, 5, mem);
        assertThat(first).isNotZero();
        assertThat(PageHeap.take(1, 1, mem)).isZero();
        assertThat(PageHeap.growInPlace(first, 6)).isFalse();
        assertThat(PageHeap.take(6, 6, obj)).isNotZero();
        PageHeap.give(first, 1);
        assertThat(PageHeap.take(1, 1, mem)).isNotZero();
        assertThat(Ledger.refusedByLimitCount()).isEqualTo(2);
    }

    @Test
    void everyCommitMayBeRefusedAndTheNextOneSucceeds() {
        for (int n = 1; n <= 4; n++) {
            heap();
            OsFaults.refuseEveryCommit(n);
            int refused = 0;
            for (int i = 0; i < 12; i++) {
                if (take(64) == 0) {
                    refused++;
                }
                assertThat(PageHeapCheck.finding()).isNull();
            }
            assertThat(refused).isEqualTo(12 / n);
            assertThat(Ledger.refusedByOsCount()).isEqualTo(12 / n);
        }
    }

    /** The record of a pool's last page holds bitmap that reads as the state of a free run. */
    @Test
    void aBitmapIsNotTakenForAFreeRun() {
        int pool = (int) PageHeap.take(2, 2, 1);
        Pool.make(pool);
        int after = take(1);
        try (Arena arena = Arena.ofConfined()) {
            int blocks = PageRecord.blockCount(Range.record(pool));
            long slots = arena.allocate(8L * blocks, 8).address();
            Pool.take(pool, blocks, slots + 8L * blocks);
            for (int state : new int[] {PANAMEM_PAGE_DIRTY(), PANAMEM_PAGE_CLEAN()}) {
                int index = PANAMEM_BITMAP_WORDS_PER_PAGE() * 64 + state - 1;
                Memory.putLong(slots, Range.address(pool) + 16L * index);
                Memory.putLong(slots + 8, Range.address(pool) + 16L * (PANAMEM_BITMAP_WORDS_PER_PAGE() * 64 + 32));
                assertThat(Pool.give(pool, slots, slots + 16)).isEqualTo(2);
                assertThat(PageRecord.state(Range.record(pool + 1))).isEqualTo(state);
                assertThat(PageRecord.runPages(Range.record(pool + 1))).isEqualTo(1);
                PageHeap.give(after, 1);
                if (state == PANAMEM_PAGE_CLEAN()) {
                    PageHeap.purge(0);
                }
                assertThat(PageHeapCheck.finding()).isNull();
                assertThat(take(1)).isEqualTo(after);
                Pool.take(pool, 2, slots + 16);
            }
        }
    }

    @Test
    void noRunIsLeftOutBeforeARefusal() {
        int longest = take(39);
        take(1);
        int[] shorter = new int[30];
        for (int i = 0; i < shorter.length; i++) {
            shorter[i] = take(33);
            take(1);
        }
        int rest = take(1);
        while (rest != 0) {
            rest = take(1);
        }
        PageHeap.give(longest, 1);
        for (int first : shorter) {
            PageHeap.give(first, 2);
        }
        assertThat(take(39)).isEqualTo(longest);
    }

    @Test
    void theAddressSpaceLimitIsReadWhenAnArenaIsTaken() {
        OsFaults.assumeAddressSpace(bytes(100));
        assertThat(take(60)).isNotZero();
        assertThat(take(60)).isZero();
        assertThat(Ledger.refusedByOsCount()).isEqualTo(1);
        OsFaults.assumeAddressSpace(bytes(120));
        assertThat(take(60)).isNotZero();
    }
}
