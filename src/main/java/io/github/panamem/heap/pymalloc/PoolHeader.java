package io.github.panamem.heap.pymalloc;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_py_pool;
import io.github.panamem.memory.Memory;

/** The header of a pool (struct panamem_py_pool), by the pool's address. abi.h says what the fields mean. */
final class PoolHeader {
    static final long BYTES = panamem_py_pool.sizeof();
    static final int POOL_BYTES = PANAMEM_PY_POOL_BYTES();
    static final int NO_CLASS = PANAMEM_PY_SZIDX_NONE();

    private static final long OFFSET_MASK = POOL_BYTES - 1L;
    private static final int ALIGNMENT = PANAMEM_ALIGNMENT();

    private static final long COUNT = panamem_py_pool.count$offset();
    private static final long LISTED = panamem_py_pool.listed$offset();
    private static final long FREEBLOCK = panamem_py_pool.freeblock$offset();
    private static final long NEXTPOOL = panamem_py_pool.nextpool$offset();
    private static final long PREVPOOL = panamem_py_pool.prevpool$offset();
    private static final long ARENAINDEX = panamem_py_pool.arenaindex$offset();
    private static final long SZIDX = panamem_py_pool.szidx$offset();
    private static final long NEXTOFFSET = panamem_py_pool.nextoffset$offset();
    private static final long MAXNEXTOFFSET = panamem_py_pool.maxnextoffset$offset();

    private PoolHeader() {}

    /** Address of the pool around a block. */
    static long of(long block) {
        return block & ~OFFSET_MASK;
    }

    static int offset(long block) {
        return (int) (block & OFFSET_MASK);
    }

    static int blockBytes(int sizeClass) {
        return (sizeClass + 1) * ALIGNMENT;
    }

    /** Blocks of a pool. */
    static int blocks(int sizeClass) {
        return (int) (POOL_BYTES - BYTES) / blockBytes(sizeClass);
    }

    static int count(long pool) {
        return Memory.getInt(pool + COUNT);
    }

    static void setCount(long pool, int blocks) {
        Memory.putInt(pool + COUNT, blocks);
    }

    static boolean isListed(long pool) {
        return Memory.getInt(pool + LISTED) != 0;
    }

    static void setListed(long pool, boolean listed) {
        Memory.putInt(pool + LISTED, listed ? 1 : 0);
    }

    static long freeBlock(long pool) {
        return Memory.getLong(pool + FREEBLOCK);
    }

    static void setFreeBlock(long pool, long block) {
        Memory.putLong(pool + FREEBLOCK, block);
    }

    static long next(long pool) {
        return Memory.getLong(pool + NEXTPOOL);
    }

    static void setNext(long pool, long other) {
        Memory.putLong(pool + NEXTPOOL, other);
    }

    static long previous(long pool) {
        return Memory.getLong(pool + PREVPOOL);
    }

    static void setPrevious(long pool, long other) {
        Memory.putLong(pool + PREVPOOL, other);
    }

    static int arena(long pool) {
        return Memory.getInt(pool + ARENAINDEX);
    }

    static void setArena(long pool, int arena) {
        Memory.putInt(pool + ARENAINDEX, arena);
    }

    static int sizeClass(long pool) {
        return Memory.getInt(pool + SZIDX);
    }

    static void setSizeClass(long pool, int sizeClass) {
        Memory.putInt(pool + SZIDX, sizeClass);
    }

    static int nextOffset(long pool) {
        return Memory.getInt(pool + NEXTOFFSET);
    }

    static void setNextOffset(long pool, int offset) {
        Memory.putInt(pool + NEXTOFFSET, offset);
    }

    static int maxNextOffset(long pool) {
        return Memory.getInt(pool + MAXNEXTOFFSET);
    }

    static void setMaxNextOffset(long pool, int offset) {
        Memory.putInt(pool + MAXNEXTOFFSET, offset);
    }
}
