package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.abi.panamem_bin;
import io.github.panamem.abi.panamem_depot;
import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.abi.panamem_thread;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.testing.TestHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every equation is broken once, and the check says which one. */
class CheckTest {
    private static final int BIN = 4;

    private long thread;
    private int pool;
    private int large;
    private int dirty;

    /** A pool in use, a large block, a dirty run and a clean one. */
    @BeforeEach
    void heap() {
        TestHeap.reset(TestHeap.RANGE_BYTES);
        thread = TestHeap.thread();
        pool = Range.page(Heap.allocate(thread, 64, 0));
        large = Range.page(Heap.allocate(thread, 100_000, 0));
        long gone = Heap.allocate(thread, 200_000, 0);
        Heap.allocate(thread, 50_000, 0);
        Heap.free(thread, gone, 0);
        dirty = Range.page(gone);
        assertThat(Check.findingWhenQuiet()).isNull();
    }

    private void finds(String part) {
        assertThat(Check.findingWhenQuiet()).contains(part);
    }

    private static void addInt(long address, int amount) {
        Memory.putInt(address, Memory.getInt(address) + amount);
    }

    private static void addLong(long address, long amount) {
        Memory.putLong(address, Memory.getLong(address) + amount);
    }

    private static long pageHeap(long field) {
        return Range.heap() + panamem_heap.page_heap$offset() + field;
    }

    private static long bin(long field) {
        return BinRecord.address(BIN) + field;
    }

    @Test
    void pageMapDiffersFromTheRun() {
        Range.setBin(large + 1, 1, BIN);
        finds("its run at page " + large);
    }

    @Test
    void aFreePageIsInABin() {
        Range.setBin(dirty + 1, 1, BIN);
        finds("in the free run at page " + dirty);
    }

    @Test
    void aPageOfArenaZeroIsInABin() {
        Range.setBin(3, 1, BIN);
        finds("arena 0");
    }

    @Test
    void aPageOfAnArenaThatWasNotTakenIsInABin() {
        Range.setBin(2 * Range.ARENA_PAGES, 1, BIN);
        finds("never taken");
    }

    @Test
    void backMapIsWrong() {
        Range.setPagesBack(pool - 1, 2);
        finds("its pool begins");
    }

    @Test
    void aRunHasNoState() {
        PageRecord.setState(Range.record(pool), PANAMEM_PAGE_INSIDE());
        finds("begins a run of state 0");
    }

    @Test
    void aRunIsTooLong() {
        PageRecord.setRunPages(Range.record(large), 1 << 20);
        finds("are left");
    }

    @Test
    void theLastPageOfAFreeRunDiffers() {
        int last = dirty + PageRecord.runPages(Range.record(dirty)) - 1;
        addInt(Range.record(last) + panamem_page.run_pages$offset(), 1);
        finds("the last page of the free run");
    }

    @Test
    void aLargeBlockIsLargerThanItsRun() {
        PageRecord.setRequestBytes(Range.record(large), 8 * Range.PAGE_BYTES);
        finds("the large block at page " + large);
    }

    @Test
    void aRunsBinDoesNotFitItsState() {
        PageRecord.setBin(Range.record(large), BIN);
        finds("has state 4 and bin 4");
    }

    @Test
    void aLargeBlockIsReadyOnNoShelf() {
        PageRecord.setFlags(Range.record(large), PANAMEM_PAGE_READY());
        finds("1 large blocks are ready, but shelves hold 0");
        PageRecord.setFlags(Range.record(large), 2);
        finds("has flags 2");
    }

    @Test
    void shelvesAreWrong() {
        assertThat(TestHeap.shelfGive(thread, Range.address(large))).isEqualTo(1);
        assertThat(Check.findingWhenQuiet()).isNull();
        long[] fields = {panamem_thread.ready_count$offset(), panamem_thread.ready_bytes$offset()};
        for (long field : fields) {
            addLong(thread + field, 1);
            finds("says");
            addLong(thread + field, -1);
        }
        addLong(thread + panamem_thread.shelved$offset(), 1);
        finds("has a wrong bit");
        addLong(thread + panamem_thread.shelved$offset(), -1);
        addInt(Range.record(large) + panamem_page.ready_since$offset(), 1);
        finds("newer than what lies above it");
        addInt(Range.record(large) + panamem_page.ready_since$offset(), -1);
        PageRecord.setNext(Range.record(large), large);
        finds("which does not begin a block for it");
        PageRecord.setNext(Range.record(large), 0);
        PageRecord.setFlags(Range.record(large), 0);
        finds("which does not begin a block for it");
    }

    @Test
    void aListIsNotMarked() {
        Memory.putLong(pageHeap(panamem_page_heap.nonempty$offset()), 0);
        finds("nonempty bit");
    }

    @Test
    void aListIsBroken() {
        PageRecord.setPrev(Range.record(dirty), 77);
        finds("is broken at page " + dirty);
    }

    @Test
    void theAgeListLosesARun() {
        Memory.putInt(pageHeap(panamem_page_heap.dirty_oldest$offset()), 0);
        finds("in the age list");
    }

    @Test
    void theAgeListIsBroken() {
        PageRecord.setOlder(Range.record(dirty), 77);
        finds("the age list is broken");
    }

    @Test
    void accountsDiffer() {
        long[] fields = {
            panamem_page_heap.committed_bytes$offset(),
            panamem_page_heap.dirty_bytes$offset(),
            panamem_page_heap.used_bytes$offset() + 8,
            panamem_page_heap.large_bytes$offset() + 16,
            panamem_page_heap.large_count$offset()
        };
        for (long field : fields) {
            addLong(pageHeap(field), 16384);
            finds("but the pages make");
            addLong(pageHeap(field), -16384);
        }
    }

    /** panamem_limit may lower a limit below what is in use. */
    @Test
    void aLimitBelowTheUseIsSound() {
        Memory.putLong(pageHeap(panamem_page_heap.limit_bytes$offset()), 16384);
        Memory.putLong(pageHeap(panamem_page_heap.domain_limit_bytes$offset()), 16384);
        assertThat(Check.findingWhenQuiet()).isNull();
    }

    @Test
    void poolsAreWrong() {
        long record = Range.record(pool);
        addInt(record + panamem_page.free_count$offset(), 1);
        finds("free bits");
        addInt(record + panamem_page.free_count$offset(), -1);
        addInt(record + panamem_page.block_count$offset(), -1);
        finds("block_count");
        addInt(record + panamem_page.block_count$offset(), 1);
        addInt(record + panamem_page.hint_word$offset(), 2);
        finds("below hint_word");
        addInt(record + panamem_page.hint_word$offset(), -2);
        long last = PageRecord.bitmap(record) + (PageRecord.blockCount(record) / 64) * 8L;
        assertThat(PageRecord.blockCount(record) % 64)
                .as("a class whose bitmap ends with a whole word")
                .isZero();
        addLong(last - 8, -(1L << 62));
        finds("free_count");
    }

    @Test
    void binsAreWrong() {
        long[] ints = {panamem_bin.pool_count$offset(), panamem_bin.usable_count$offset()};
        for (long field : ints) {
            addInt(bin(field), 1);
            finds("bin 4");
            addInt(bin(field), -1);
        }
        long[] longs = {panamem_bin.blocks$offset(), panamem_bin.blocks_out$offset()};
        for (long field : longs) {
            addLong(bin(field), 1);
            finds("bin 4");
            addLong(bin(field), -1);
        }
        Memory.putInt(bin(panamem_bin.pools$offset()), 0);
        finds("are listed");
        Memory.putInt(bin(panamem_bin.pools$offset()), large);
        finds("which is no pool of it");
    }

    @Test
    void magazinesAreWrong() {
        long magazine = Magazine.address(thread, BIN);
        long slot = Magazine.top(magazine);
        long block = Memory.getLong(slot);
        Memory.putLong(slot, block + 8);
        finds("free in its pool or no block");
        Memory.putLong(slot, Range.address(large));
        finds("not of its bin");
        Memory.putLong(slot, Memory.getLong(slot - 8));
        finds("seen before");
        Memory.putLong(slot, block);
        Memory.putLong(Magazine.base(magazine), block);
        finds("no 0 at its bottom");
        Memory.putLong(Magazine.base(magazine), 0);
        Magazine.setTop(magazine, Magazine.limit(magazine) + 8);
        finds("room for -1");
        Magazine.setTop(magazine, slot);
        Memory.putInt(Range.heap() + panamem_heap.thread_count$offset(), 5);
        finds("1 threads are registered");
    }

    @Test
    void depotsAreWrong() {
        long depot = Depot.address(BIN);
        long count = depot + panamem_depot.count$offset();
        long magazine = Magazine.address(thread, BIN);
        Memory.putLong(depot + panamem_depot.slots$offset(), Magazine.top(magazine));
        Memory.putInt(count, 1);
        finds("the depot of bin 4 has 1 blocks, and room for 0");
        Memory.putInt(depot + panamem_depot.room$offset(), 2);
        finds("seen before"); // the magazine has it too
        assertThat(Check.finding(0)).isNull();
        Magazine.setTop(magazine, Magazine.top(magazine) - Magazine.SLOT_BYTES);
        assertThat(Check.findingWhenQuiet()).isNull();
        Memory.putLong(Magazine.top(magazine) + Magazine.SLOT_BYTES, Range.address(large));
        assertThat(Check.finding(0)).contains("the depot of bin 4 holds").contains("not of its bin");
    }

    @Test
    void theEntryWritesALine() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment line = arena.allocate(100);
            long text = line.address();
            assertThat(Check.entry(thread, text, 100)).isEqualTo(1);
            addLong(bin(panamem_bin.blocks$offset()), 1);
            assertThat(Check.entry(thread, text, 6)).isZero();
            assertThat(line.getString(0)).isEqualTo("bin 4");
            assertThat(Check.entry(thread, 0, 0)).as("no room for a line").isZero();
        }
    }
}
