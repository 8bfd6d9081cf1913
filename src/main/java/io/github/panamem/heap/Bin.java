package io.github.panamem.heap;

import io.github.panamem.arena.PageHeap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;
import io.github.panamem.pool.Pool;
import io.github.panamem.sizeclass.SizeClass;

/**
 * The pools of one domain and size class: fills stretches of slots with blocks, and takes blocks back.
 *
 * <pre>
 *   blocks     = Σ block_count over the bin's pools
 *   blocks_out = Σ (block_count - free_count)
 *   0 < free_count  ⇔  the pool is in the bin's list
 * </pre>
 *
 * <p>A bin keeps one pool's worth of free blocks, so that blocks that come and go do not make and dissolve a pool each
 * time; emptied pools beyond that go back to the page heap.
 */
final class Bin {
    private Bin() {}

    /**
     * Writes up to count addresses to the slots that end at slotsEnd; answers how many stand there, the lowest address
     * last. Fewer than count when that takes no further pool.
     */
    static int take(int bin, int count, long slotsEnd) {
        long record = BinRecord.address(bin);
        BinRecord.lock(bin);
        int taken = takeLocked(bin, record, count, slotsEnd);
        BinRecord.unlock(bin);
        return taken;
    }

    /** One block, counted as handed out; 0 when there is none. */
    static long takeSingle(int bin) {
        long record = BinRecord.address(bin);
        long slot = BinRecord.singleSlot(record);
        BinRecord.lock(bin);
        int taken = takeLocked(bin, record, 1, slot + Magazine.SLOT_BYTES);
        long block = taken == 0 ? 0 : Memory.getLong(slot);
        BinRecord.addAllocations(record, taken);
        BinRecord.unlock(bin);
        return block;
    }

    private static int takeLocked(int bin, long record, int count, long slotsEnd) {
        int taken = 0;
        while (taken < count) {
            int pool = BinRecord.pools(record);
            if (pool == 0) {
                pool = taken == 0 ? addPool(bin, record) : 0;
                if (pool == 0) {
                    break;
                }
            }
            taken += Pool.take(pool, count - taken, slotsEnd - taken * Magazine.SLOT_BYTES);
            if (PageRecord.freeCount(Range.record(pool)) == 0) {
                unlink(record, pool);
            }
        }
        BinRecord.addBlocksOut(record, taken);
        return taken;
    }

    /** Takes back the blocks whose addresses stand in the slots; answers how many, up to the first that is not out. */
    static int give(int bin, long slots, int count) {
        long record = BinRecord.address(bin);
        BinRecord.lock(bin);
        int given = giveLocked(bin, record, slots, slots + count * Magazine.SLOT_BYTES);
        BinRecord.unlock(bin);
        return given;
    }

    /** False when the block is not out. */
    static boolean giveSingle(int bin, long block) {
        long record = BinRecord.address(bin);
        long slot = BinRecord.singleSlot(record);
        BinRecord.lock(bin);
        Memory.putLong(slot, block);
        int given = giveLocked(bin, record, slot, slot + Magazine.SLOT_BYTES);
        BinRecord.unlock(bin);
        return given == 1;
    }

    private static int giveLocked(int bin, long record, long slots, long slotsEnd) {
        long slot = slots;
        while (slot < slotsEnd) {
            long block = Memory.getLong(slot);
            if (!Range.contains(block)) {
                break;
            }
            int page = Range.page(block);
            if (Range.bin(page) != bin) {
                break;
            }
            int pool = page - Range.pagesBack(page);
            int freeBefore = PageRecord.freeCount(Range.record(pool));
            int given = Pool.give(pool, slot, slotsEnd);
            if (given == 0) {
                break;
            }
            slot += given * Magazine.SLOT_BYTES;
            BinRecord.addBlocksOut(record, -given);
            if (freeBefore == 0) {
                link(record, pool);
            }
            if (isEmpty(pool) && hasSpare(record, pool)) {
                removePool(record, pool);
            }
        }
        return (int) ((slot - slots) / Magazine.SLOT_BYTES);
    }

    /** Gives every empty pool back to the page heap. */
    static void dissolveEmpty(int bin) {
        long record = BinRecord.address(bin);
        if (BinRecord.poolCount(record) == 0) {
            return;
        }
        BinRecord.lock(bin);
        for (int pool = BinRecord.pools(record); pool != 0; ) {
            int next = PageRecord.next(Range.record(pool));
            if (isEmpty(pool)) {
                removePool(record, pool);
            }
            pool = next;
        }
        BinRecord.unlock(bin);
    }

    private static boolean isEmpty(int pool) {
        long record = Range.record(pool);
        return PageRecord.freeCount(record) == PageRecord.blockCount(record);
    }

    /** Has the bin as many free blocks again, besides this empty pool's? */
    private static boolean hasSpare(long record, int pool) {
        long free = BinRecord.blocks(record) - BinRecord.blocksOut(record);
        return free >= 2L * PageRecord.blockCount(Range.record(pool));
    }

    /** Makes a pool: each of a bin is twice as long as the one before, up to a length, so that a small heap stays small. */
    private static int addPool(int bin, long record) {
        int classIndex = SizeClass.ofBin(bin);
        int least = SizeClass.poolPagesFirst(classIndex);
        int most = SizeClass.poolPagesMost(classIndex);
        int pages = Math.min(most, least << Math.min(BinRecord.poolCount(record), Byte.SIZE));
        PageHeap.lock();
        long run = PageHeap.take(pages, pages, bin);
        while (run == 0 && pages > least) {
            pages = Math.max(least, pages / 2);
            run = PageHeap.take(pages, pages, bin);
        }
        PageHeap.unlock();
        if (run == 0) {
            return 0;
        }
        int pool = (int) run;
        Pool.make(pool);
        BinRecord.addPools(record, 1, PageRecord.blockCount(Range.record(pool)));
        link(record, pool);
        return pool;
    }

    private static void removePool(long record, int pool) {
        unlink(record, pool);
        BinRecord.addPools(record, -1, -PageRecord.blockCount(Range.record(pool)));
        Pool.dissolve(pool);
        PageHeap.lock();
        PageHeap.give(pool, Os.monotonicNanos());
        PageHeap.unlock();
    }

    /** Second in the list: the first pool goes on serving until it is full, the others gather free blocks meanwhile. */
    private static void link(long record, int pool) {
        int first = BinRecord.pools(record);
        long poolRecord = Range.record(pool);
        if (first == 0) {
            BinRecord.setPools(record, pool);
            PageRecord.setNext(poolRecord, 0);
        } else {
            int next = PageRecord.next(Range.record(first));
            PageRecord.setNext(poolRecord, next);
            if (next != 0) {
                PageRecord.setPrev(Range.record(next), pool);
            }
            PageRecord.setNext(Range.record(first), pool);
        }
        PageRecord.setPrev(poolRecord, first);
        BinRecord.addUsable(record, 1);
    }

    private static void unlink(long record, int pool) {
        long poolRecord = Range.record(pool);
        int next = PageRecord.next(poolRecord);
        int prev = PageRecord.prev(poolRecord);
        if (next != 0) {
            PageRecord.setPrev(Range.record(next), prev);
        }
        if (prev != 0) {
            PageRecord.setNext(Range.record(prev), next);
        } else {
            BinRecord.setPools(record, next);
        }
        PageRecord.setNext(poolRecord, 0);
        PageRecord.setPrev(poolRecord, 0);
        BinRecord.addUsable(record, -1);
    }
}
