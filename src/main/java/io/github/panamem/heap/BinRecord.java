package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_bin;
import io.github.panamem.abi.panamem_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Lock;

/** The fields of a bin (struct panamem_bin), by the bin's address; and the arithmetic of bin numbers. */
public final class BinRecord {
    public static final int COUNT = PANAMEM_BINS();
    public static final int SHIFT = PANAMEM_BIN_SHIFT();

    private static final long BINS = panamem_heap.bins$offset();
    private static final long BYTES = panamem_bin.sizeof();
    private static final long LOCK = panamem_bin.lock$offset();
    private static final long POOLS = panamem_bin.pools$offset();
    private static final long POOL_COUNT = panamem_bin.pool_count$offset();
    private static final long USABLE_COUNT = panamem_bin.usable_count$offset();
    private static final long BLOCKS = panamem_bin.blocks$offset();
    private static final long BLOCKS_OUT = panamem_bin.blocks_out$offset();
    private static final long BLOCKS_OUT_PEAK = panamem_bin.blocks_out_peak$offset();
    private static final long ALLOCATIONS = panamem_bin.allocations$offset();
    private static final long SINGLE_SLOT = panamem_bin.single_slot$offset();

    private BinRecord() {}

    public static int of(int domain, int classIndex) {
        return domain << SHIFT | classIndex;
    }

    public static int domain(int bin) {
        return bin >>> SHIFT;
    }

    public static long address(int bin) {
        return Range.heap() + BINS + bin * BYTES;
    }

    public static void lock(int bin) {
        Lock.acquire(address(bin) + LOCK);
    }

    public static void unlock(int bin) {
        Lock.release(address(bin) + LOCK);
    }

    /** Address of a slot, used under the lock, for a block that passes no magazine. */
    static long singleSlot(long bin) {
        return bin + SINGLE_SLOT;
    }

    /** The first pool that has a free block, as a page index. */
    static int pools(long bin) {
        return Memory.getInt(bin + POOLS);
    }

    static void setPools(long bin, int first) {
        Memory.putInt(bin + POOLS, first);
    }

    public static int poolCount(long bin) {
        return Memory.getInt(bin + POOL_COUNT);
    }

    static void addPools(long bin, int pools, long blocks) {
        Memory.putInt(bin + POOL_COUNT, poolCount(bin) + pools);
        Memory.putLong(bin + BLOCKS, blocks(bin) + blocks);
    }

    static int usableCount(long bin) {
        return Memory.getInt(bin + USABLE_COUNT);
    }

    static void addUsable(long bin, int pools) {
        Memory.putInt(bin + USABLE_COUNT, usableCount(bin) + pools);
    }

    public static long blocks(long bin) {
        return Memory.getLong(bin + BLOCKS);
    }

    public static long blocksOut(long bin) {
        return Memory.getLong(bin + BLOCKS_OUT);
    }

    static void addBlocksOut(long bin, long blocks) {
        long out = blocksOut(bin) + blocks;
        Memory.putLong(bin + BLOCKS_OUT, out);
        if (out > blocksOutPeak(bin)) {
            Memory.putLong(bin + BLOCKS_OUT_PEAK, out);
        }
    }

    public static long blocksOutPeak(long bin) {
        return Memory.getLong(bin + BLOCKS_OUT_PEAK);
    }

    public static long allocations(long bin) {
        return Memory.getLong(bin + ALLOCATIONS);
    }

    static void addAllocations(long bin, long blocks) {
        Memory.putLong(bin + ALLOCATIONS, allocations(bin) + blocks);
    }
}
