package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.arena.Ledger;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.sizeclass.SizeClass;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What abi.h promises of each entry, and what happens when the caller is wrong. */
class EntriesTest extends FreshHeap {
    // ---- Attach

    @Test
    void attachRefusesAHeapOfAnotherVersion() {
        long heap = Range.heap();
        Memory.putLong(heap, PANAMEM_ABI_VERSION() + 1);
        assertThat(Heap.attach(heap)).isFalse();
        Memory.putLong(heap, PANAMEM_ABI_VERSION());
        assertThat(Heap.attach(heap)).isTrue();
    }

    // ---- Refill and flush

    @Test
    void refillPushesAscendingFromTheTop() {
        assertThat(Heap.refill(thread, BIN_64, 10)).isEqualTo(10);
        long magazine = magazine(BIN_64);
        long before = 0;
        for (long slot = Magazine.top(magazine); slot > Magazine.base(magazine); slot -= 8) {
            assertThat(Memory.getLong(slot)).isGreaterThan(before);
            before = Memory.getLong(slot);
        }
    }

    @Test
    void refillNeverPushesBeyondTheLimit() {
        assertThat(Heap.refill(thread, BIN_64, 1_000_000)).isEqualTo(capacity());
        assertThat(Heap.refill(thread, BIN_64, 1)).isZero();
    }

    @Test
    void refillGoesOnInTheNextPool() {
        int classIndex = SizeClass.of(32768);
        int firstPool = SizeClass.poolPagesFirst(classIndex) * PANAMEM_PAGE_BYTES() / 32768;
        assertThat(Heap.refill(thread, classIndex, firstPool - 1)).isEqualTo(firstPool - 1);
        Magazine.setTop(magazine(classIndex), Magazine.base(magazine(classIndex)));
        assertThat(Heap.refill(thread, classIndex, 3)).as("one is left").isEqualTo(1);
        long block = Memory.getLong(Magazine.top(magazine(classIndex)));
        assertThat(Heap.refill(thread, classIndex, 2)).as("a further pool").isEqualTo(2);
        assertThat(Memory.getLong(Magazine.bottom(magazine(classIndex)))).isEqualTo(block);
    }

    @Test
    void flushTakesTheLowestAndLeavesTheGapToTheCaller() {
        Heap.refill(thread, BIN_64, 10);
        long top = Magazine.top(magazine(BIN_64));
        assertThat(Heap.flush(thread, BIN_64, 4)).isEqualTo(4);
        assertThat(Magazine.top(magazine(BIN_64))).isEqualTo(top);
        Magazine.dropLowest(magazine(BIN_64), 4);
        assertThat(Magazine.count(magazine(BIN_64))).isEqualTo(6);
        assertThat(Heap.flush(thread, BIN_64, 100))
                .as("never more than there are")
                .isEqualTo(6);
        Magazine.dropLowest(magazine(BIN_64), 6);
    }

    @Test
    void flushStopsAtABlockThatCannotBeFreed() {
        long[] wrongOnes = {8, 0, -8, Range.address(0), allocate(128), allocate(MEM | 64), allocate(100_000)};
        for (int round = 0; round < wrongOnes.length + 3; round++) {
            Heap.refill(thread, BIN_64, 10);
            long third = Magazine.bottom(magazine(BIN_64)) + 16;
            long block = Memory.getLong(third);
            long inside = block + 8L * (round - wrongOnes.length);
            long second = Memory.getLong(third - 8);
            long wrong = round < wrongOnes.length ? wrongOnes[round] : inside == block ? second : inside;
            Memory.putLong(third, wrong);
            assertThat(Heap.flush(thread, BIN_64, 10)).as("%x", wrong).isEqualTo(2);
            Memory.putLong(third, block);
            Magazine.dropLowest(magazine(BIN_64), 2);
        }
    }

    @Test
    void binsThatAreNoSmallClassAreRefused() {
        for (long bin : new long[] {-1, 0, 64 + SizeClass.LARGE, 64, PANAMEM_BINS(), 1L << 40}) {
            assertThat(Heap.refill(thread, bin, 5)).isZero();
            assertThat(Heap.flush(thread, bin, 5)).isZero();
        }
        assertThat(Heap.refill(thread, BIN_64, 0)).isZero();
        assertThat(Heap.refill(thread, BIN_64, -5)).isZero();
        assertThat(Heap.flush(thread, BIN_64, 5)).as("an empty magazine").isZero();
    }

    // ---- Allocate and free

    @Test
    void countsBlocksHandedOut() {
        for (int i = 0; i < 100; i++) {
            allocate(MEM | 64);
        }
        assertThat(Magazine.allocations(magazine(1 << PANAMEM_BIN_SHIFT() | BIN_64)))
                .isEqualTo(100);
    }

    @Test
    void requestsOfNoBytesGetBlocksOfTheirOwn() {
        assertThat(allocate(0)).isNotEqualTo(allocate(0));
    }

    @Test
    void refusesWhatIsBeyondEverything() {
        assertThat(Heap.allocate(thread, (1L << PANAMEM_REQUEST_SHIFT()) - 1, 0))
                .isZero();
        assertThat(Heap.allocate(thread, TestHeap.RANGE_BYTES, 1)).isZero();
        assertThat(Heap.allocate(thread, 3L << PANAMEM_REQUEST_SHIFT() | 8, 0))
                .as("no such domain")
                .isZero();
        assertThat(Heap.allocate(thread, -1, 0)).isZero();
    }

    @Test
    void aThreadWithoutMagazinesIsServedAllTheSame() {
        long magazine = magazine(BIN_64);
        long base = Magazine.base(magazine);
        Memory.putLong(magazine + 8, base);
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            blocks.add(allocate(64));
        }
        assertThat(blocks).doesNotHaveDuplicates();
        assertThat(BinRecord.allocations(BinRecord.address(BIN_64))).isEqualTo(1000);
        for (long block : blocks) {
            assertThat(Heap.free(thread, block, 0)).isEqualTo(1);
        }
        assertThat(Heap.free(thread, blocks.getFirst(), 0)).as("double free").isZero();
        assertThat(BinRecord.blocksOut(BinRecord.address(BIN_64))).isZero();
    }

    @Test
    void aFullMagazineGivesHalfBack() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i <= 4 * capacity(); i++) {
            blocks.add(allocate(64));
        }
        for (long block : blocks) {
            assertThat(Heap.free(thread, block, 0)).isEqualTo(1);
        }
        assertThat(Magazine.count(magazine(BIN_64))).isBetween(capacity() / 2, capacity());
    }

    @Test
    void refusesToFreeWhatIsNotLive() {
        long small = allocate(64);
        long large = allocate(100_000);
        long gone = allocate(200_000);
        assertThat(Heap.free(thread, gone, 0)).isEqualTo(1);
        long[] wrong = {
            0, 1, -16, small + 8, small + 16, large + 16, large + PANAMEM_PAGE_BYTES(), gone, Range.address(0)
        };
        for (long block : wrong) {
            assertThat(Heap.free(thread, block, 0)).as("%x", block).isZero();
            assertThat(Heap.reallocate(thread, block, 5)).as("%x", block).isZero();
        }
        assertThat(Heap.free(thread, small, 0)).isEqualTo(1);
        assertThat(Heap.free(thread, small, 0)).as("double free").isZero();
        assertThat(Heap.free(thread, large, 0)).isEqualTo(1);
        assertThat(Heap.free(thread, large, 0)).as("double free").isZero();
    }

    @Test
    void doubleFreesAreFoundWhenTheMagazineIsFlushed() {
        long first = allocate(64);
        long second = allocate(64);
        Heap.free(thread, first, 0);
        Heap.free(thread, second, 0);
        assertThat(Heap.free(thread, first, 0))
                .as("not the uppermost: unseen so far")
                .isEqualTo(1);
        long count = Magazine.count(magazine(BIN_64));
        assertThat(Heap.flush(thread, BIN_64, count)).isEqualTo(count - 1);
        Magazine.dropLowest(magazine(BIN_64), (int) count);
    }

    @Test
    void blocksGoToTheMagazineOfTheirOwnBinWhoeverFreesThem() {
        long other = TestHeap.thread();
        long block = allocate(MEM | 64);
        assertThat(Heap.free(other, block, 0)).isEqualTo(1);
        assertThat(Heap.allocate(other, MEM | 64, 0)).isEqualTo(block);
    }

    @Test
    void aBinKeepsOnePoolsWorthOfFreeBlocks() {
        int bin = SizeClass.of(1024);
        long record = BinRecord.address(bin);
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            blocks.add(allocate(1024));
        }
        assertThat(BinRecord.poolCount(record)).isGreaterThan(10);
        for (long block : blocks) {
            Heap.free(thread, block, 0);
        }
        long count = Magazine.count(magazine(bin));
        assertThat(Heap.flush(thread, bin, count)).isEqualTo(count);
        Magazine.dropLowest(magazine(bin), (int) count);
        assertThat(BinRecord.blocksOut(record)).isZero();
        assertThat(BinRecord.poolCount(record)).isEqualTo(1);
        assertThat(Ledger.dirtyBytes()).isGreaterThan(1 << 20);
        allocate(1024);
        assertThat(BinRecord.poolCount(record)).as("nothing was made anew").isEqualTo(1);
    }

    // ---- Zeroed

    @Test
    void zeroedBlocksAreZeroWhetherFreshOrUsed() {
        for (long bytes : new long[] {1, 24, 500, 5_000, 32_768, 40_000, 1_000_000}) {
            for (int round = 0; round < 3; round++) {
                long block = Heap.allocate(thread, bytes, 1);
                for (long at = 0; at < bytes; at++) {
                    assertThat(Memory.getByte(block + at)).isZero();
                }
                Memory.fill(block, bytes, (byte) 0x77);
                Heap.free(thread, block, 0);
            }
        }
    }

    @Test
    void aZeroedLargeBlockOfCleanPagesIsNotTouched() {
        long block = Heap.allocate(thread, 16L << 20, 1);
        assertThat(block).isNotZero();
        assertThat(Heap.purge(thread, 0, 0)).isGreaterThanOrEqualTo(1);
        assertThat(residentPages(block, 16L << 20)).isZero();
    }

    private static long residentPages(long address, long bytes) {
        try (java.io.RandomAccessFile map = new java.io.RandomAccessFile("/proc/self/pagemap", "r")) {
            long present = 0;
            byte[] entry = new byte[8];
            for (long at = address; at < address + bytes; at += 4096) {
                map.seek(at / 4096 * 8);
                map.readFully(entry);
                present += (entry[7] & 0x80) != 0 ? 1 : 0;
            }
            return present;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    // ---- Limits and recovery

    @Test
    void stocksAreGivenUpBeforeARequestIsRefused() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            blocks.add(allocate(64));
        }
        HeapFields.setLimitBytes(Ledger.committedBytes());
        assertThat(Heap.allocate(thread, 100_000, 0)).as("all in use").isZero();
        for (long block : blocks) {
            Heap.free(thread, block, 0);
        }
        assertThat(Magazine.count(magazine(BIN_64))).isPositive();
        assertThat(Heap.allocate(thread, 100_000, 0))
                .as("the magazine and the empty pool are used")
                .isNotZero();
        assertThat(Ledger.refusedByLimitCount()).isPositive();
    }

    @Test
    void oneBinsEmptyPoolServesAnother() {
        long block = allocate(64);
        HeapFields.setLimitBytes(Ledger.committedBytes());
        assertThat(Heap.allocate(thread, 128, 0)).isZero();
        assertThat(Heap.refill(thread, SizeClass.of(128), 5)).isZero();
        Heap.free(thread, block, 0);
        assertThat(Heap.refill(thread, SizeClass.of(128), 5)).isEqualTo(5);
    }

    @Test
    void aPoolIsShorterWhenALimitLeavesNoMore() {
        for (int i = 0; i < 2000; i++) {
            allocate(64);
        }
        HeapFields.setLimitBytes(Ledger.committedBytes() + PANAMEM_PAGE_BYTES());
        long block = allocate(64);
        while (block != 0) {
            block = Heap.allocate(thread, 64, 0);
        }
        assertThat(Ledger.committedBytes()).isEqualTo(Ledger.limitBytes());
    }

    // ---- Purge

    @Test
    void purgeAnswersOnePlusTheBytesReturned() {
        long block = allocate(10L * PANAMEM_PAGE_BYTES());
        assertThat(Heap.purge(thread, 0, 0)).isEqualTo(1);
        Heap.free(thread, block, 0);
        assertThat(Heap.purge(thread, TestHeap.NEVER, 0)).isEqualTo(1);
        assertThat(Heap.purge(thread, 20L * PANAMEM_PAGE_BYTES(), 0)).isEqualTo(1);
        assertThat(Heap.purge(thread, 0, 0)).isEqualTo(1 + 10L * PANAMEM_PAGE_BYTES());
    }
}
