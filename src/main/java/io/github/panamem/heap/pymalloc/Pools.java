package io.github.panamem.heap.pymalloc;

import io.github.panamem.memory.Memory;

/**
 * Blocks of pools. A pool hands out what came back last first, and touches a block that was never used only when nothing
 * else is free.
 *
 * <pre>
 *   pool ├ header ┼ block ┼ block ┼ … ┼ block ┼ never used … ┼ too short for a block ┤
 *                                             ▲ nextoffset   ▲ maxnextoffset: where the last one may begin
 * </pre>
 */
final class Pools {
    private Pools() {}

    /** Readies a pool from an arena for the size class; it keeps its free list when it served that class before. */
    static void open(long pool, int sizeClass) {
        PoolHeader.setCount(pool, 0);
        if (PoolHeader.sizeClass(pool) != sizeClass) {
            int blockBytes = PoolHeader.blockBytes(sizeClass);
            int first = (int) PoolHeader.BYTES;
            PoolHeader.setSizeClass(pool, sizeClass);
            PoolHeader.setNextOffset(pool, first + blockBytes);
            PoolHeader.setMaxNextOffset(pool, PoolHeader.POOL_BYTES - blockBytes);
            Memory.putLong(pool + first, 0);
            PoolHeader.setFreeBlock(pool, pool + first);
        }
    }

    /** Writes up to count addresses to the slots that end at slotsEnd, the first block last; answers how many. */
    static int take(long pool, int sizeClass, int count, long slotsEnd) {
        int blockBytes = PoolHeader.blockBytes(sizeClass);
        long block = PoolHeader.freeBlock(pool);
        int taken = 0;
        while (taken < count && block != 0) {
            taken++;
            Memory.putLong(slotsEnd - (long) taken * Long.BYTES, block);
            long next = Memory.getLong(block);
            block = next == 0 ? extend(pool, blockBytes) : next;
        }
        PoolHeader.setFreeBlock(pool, block);
        PoolHeader.setCount(pool, PoolHeader.count(pool) + taken);
        return taken;
    }

    /** The next block that was never used, as a free list of one; 0 when there is none. */
    private static long extend(long pool, int blockBytes) {
        int offset = PoolHeader.nextOffset(pool);
        if (offset > PoolHeader.maxNextOffset(pool)) {
            return 0;
        }
        PoolHeader.setNextOffset(pool, offset + blockBytes);
        Memory.putLong(pool + offset, 0);
        return pool + offset;
    }

    static boolean isFull(long pool) {
        return PoolHeader.freeBlock(pool) == 0;
    }

    /** Does a block of this size class that was handed out begin here? Not whether it is still out. */
    static boolean isBlock(long pool, int sizeClass, long block) {
        int offset = PoolHeader.offset(block);
        return PoolHeader.sizeClass(pool) == sizeClass
                && PoolHeader.count(pool) > 0
                && offset >= PoolHeader.BYTES
                && offset < PoolHeader.nextOffset(pool)
                && (offset - (int) PoolHeader.BYTES) % PoolHeader.blockBytes(sizeClass) == 0;
    }

    /** Takes the block back; answers how many are out now. */
    static int give(long pool, long block) {
        Memory.putLong(block, PoolHeader.freeBlock(pool));
        PoolHeader.setFreeBlock(pool, block);
        int count = PoolHeader.count(pool) - 1;
        PoolHeader.setCount(pool, count);
        return count;
    }
}
