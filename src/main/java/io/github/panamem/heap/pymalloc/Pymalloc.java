package io.github.panamem.heap.pymalloc;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.heap.Magazine;
import io.github.panamem.memory.Memory;

/** What the entries of {@code pymalloc} do: blocks between magazines and pools with CPython's geometry. */
public final class Pymalloc {
    private static final long FIRST_BIN = PANAMEM_PY_BINS() + 1L;

    private Pymalloc() {}

    /** Was {@code pymalloc} chosen for the attached heap? */
    public static boolean isChosen() {
        return State.mapRoot() != 0;
    }

    /** PANAMEM_ENTRY_POOL_REFILL: blocks pushed on the magazine, at most count; 0 when C should offer an arena. */
    public static long refill(long thread, long bin, long count) {
        long sizeClass = bin - FIRST_BIN;
        if (sizeClass < 0 || sizeClass >= State.CLASSES) {
            return 0;
        }
        long magazine = Magazine.address(thread, (int) bin);
        int wanted = (int) Math.min(count, Magazine.room(magazine));
        if (wanted <= 0) {
            return 0;
        }
        long top = Magazine.top(magazine);
        long slotsEnd = top + (wanted + 1) * Magazine.SLOT_BYTES;
        State.lock();
        int taken = take((int) sizeClass, wanted, slotsEnd);
        State.unlock();
        if (taken < wanted) {
            long bytes = taken * Magazine.SLOT_BYTES;
            Memory.copy(slotsEnd - bytes, top + Magazine.SLOT_BYTES, bytes);
        }
        Magazine.setTop(magazine, top + taken * Magazine.SLOT_BYTES);
        return taken;
    }

    /** A further pool is opened for the first block only: a stock of blocks is not worth one. */
    private static int take(int sizeClass, int count, long slotsEnd) {
        giveEmptied(sizeClass);
        int taken = 0;
        while (taken < count) {
            long pool = State.usedPools(sizeClass);
            if (pool == 0) {
                pool = taken == 0 ? open(sizeClass) : 0;
                if (pool == 0) {
                    break;
                }
            }
            taken += Pools.take(pool, sizeClass, count - taken, slotsEnd - taken * Magazine.SLOT_BYTES);
            if (Pools.isFull(pool)) {
                UsedPools.unlist(sizeClass, pool);
            }
        }
        return taken;
    }

    private static long open(int sizeClass) {
        long pool = Arenas.takePool();
        if (pool != 0) {
            Pools.open(pool, sizeClass);
            UsedPools.listFirst(sizeClass, pool);
        }
        return pool;
    }

    /** PANAMEM_ENTRY_POOL_FLUSH: how many of the magazine's lowest count blocks were given back; the caller closes the gap. */
    public static long flush(long thread, long bin, long count) {
        long sizeClass = bin - FIRST_BIN;
        if (sizeClass < 0 || sizeClass >= State.CLASSES) {
            return 0;
        }
        long magazine = Magazine.address(thread, (int) bin);
        long bottom = Magazine.bottom(magazine);
        int wanted = (int) Math.min(count, Magazine.count(magazine));
        int given = 0;
        State.lock();
        giveEmptied((int) sizeClass);
        while (given < wanted && give((int) sizeClass, Memory.getLong(bottom + given * Magazine.SLOT_BYTES))) {
            given++;
        }
        State.unlock();
        return given;
    }

    /** False when it is no block of the size class that was handed out. C has seen that it lies in an arena. */
    private static boolean give(int sizeClass, long block) {
        long pool = PoolHeader.of(block);
        if (!Pools.isBlock(pool, sizeClass, block)) {
            return false;
        }
        boolean wasFull = Pools.isFull(pool);
        int count = Pools.give(pool, block);
        if (wasFull) {
            UsedPools.listFirst(sizeClass, pool);
        } else if (count == 0) {
            UsedPools.unlist(sizeClass, pool);
            Arenas.givePool(pool);
        }
        return true;
    }

    /** Pools that C emptied while Java could not serve go back to their arenas. */
    private static void giveEmptied(int sizeClass) {
        if (State.emptied(sizeClass) == 0) {
            return;
        }
        State.clearEmptied(sizeClass);
        for (long pool = State.usedPools(sizeClass); pool != 0; ) {
            long next = PoolHeader.next(pool);
            if (PoolHeader.count(pool) == 0) {
                UsedPools.unlist(sizeClass, pool);
                Arenas.givePool(pool);
            }
            pool = next;
        }
    }
}
