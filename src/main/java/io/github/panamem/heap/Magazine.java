package io.github.panamem.heap;

import io.github.panamem.abi.panamem_magazine;
import io.github.panamem.abi.panamem_thread;
import io.github.panamem.memory.Memory;

/**
 * A thread's stack of ready blocks of one bin (struct panamem_magazine), by its address.
 *
 * <pre>
 *   base[0] = 0 │ base + 1 … top: ready blocks │ … limit: room       never opened: top = base = limit
 * </pre>
 *
 * <p>Only its thread touches it, or Java on its behalf while the thread is in an entry.
 */
public final class Magazine {
    public static final long SLOT_BYTES = Long.BYTES;

    private static final long MAGAZINES = panamem_thread.magazines$offset();
    private static final long BYTES = panamem_magazine.sizeof();
    private static final long TOP = panamem_magazine.top$offset();
    private static final long LIMIT = panamem_magazine.limit$offset();
    private static final long BASE = panamem_magazine.base$offset();
    private static final long ALLOCATIONS = panamem_magazine.allocations$offset();

    private Magazine() {}

    public static long address(long thread, int bin) {
        return thread + MAGAZINES + bin * BYTES;
    }

    /** Address of the slot of the uppermost block, or of the 0 at the bottom. */
    public static long top(long magazine) {
        return Memory.getLong(magazine + TOP);
    }

    public static void setTop(long magazine, long slot) {
        Memory.putLong(magazine + TOP, slot);
    }

    static long limit(long magazine) {
        return Memory.getLong(magazine + LIMIT);
    }

    static long base(long magazine) {
        return Memory.getLong(magazine + BASE);
    }

    /** Blocks ready in it. */
    public static int count(long magazine) {
        return (int) ((top(magazine) - base(magazine)) / SLOT_BYTES);
    }

    /** Blocks that it can hold. */
    static int capacity(long magazine) {
        return (int) ((limit(magazine) - base(magazine)) / SLOT_BYTES);
    }

    /** Blocks that it could still take up. */
    public static int room(long magazine) {
        return (int) ((limit(magazine) - top(magazine)) / SLOT_BYTES);
    }

    /** Address of the slot of the lowest block, the one that has been there longest. */
    public static long bottom(long magazine) {
        return base(magazine) + SLOT_BYTES;
    }

    /** Closes the gap after the lowest blocks were given back. */
    static void dropLowest(long magazine, int blocks) {
        long gapBytes = blocks * SLOT_BYTES;
        long bottom = bottom(magazine);
        long top = top(magazine) - gapBytes;
        Memory.copy(bottom + gapBytes, bottom, top + SLOT_BYTES - bottom);
        setTop(magazine, top);
    }

    static long allocations(long magazine) {
        return Memory.getLong(magazine + ALLOCATIONS);
    }

    static void countAllocation(long magazine) {
        Memory.putLong(magazine + ALLOCATIONS, allocations(magazine) + 1);
    }

    // ---- For other threads, while the magazine's own thread goes on

    /** Blocks in it just now, of at most so many; 0 when its thread is about to move it elsewhere. */
    public static long countOpaque(long magazine, int most) {
        long base = Memory.getLongOpaque(magazine + BASE);
        long top = Memory.getLongOpaque(magazine + TOP);
        long limit = Memory.getLongOpaque(magazine + LIMIT);
        boolean whole = base <= top && top <= limit && limit - base <= most * SLOT_BYTES;
        return whole ? (top - base) / SLOT_BYTES : 0;
    }

    public static long allocationsOpaque(long magazine) {
        return Memory.getLongOpaque(magazine + ALLOCATIONS);
    }
}
