package io.github.panamem.heap.pymalloc;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_py_leaf;
import io.github.panamem.memory.Memory;

/**
 * Marks which addresses lie in an arena, in the radix map of abi.h. C makes the nodes before it offers an arena, and
 * reads the marks without a lock.
 */
final class AddressMap {
    private static final int BOT_SHIFT = PANAMEM_PY_ARENA_SHIFT();
    private static final int MID_SHIFT = BOT_SHIFT + PANAMEM_PY_BOT_BITS();
    private static final int TOP_SHIFT = MID_SHIFT + PANAMEM_PY_MID_BITS();
    private static final long BOT_MASK = (1L << PANAMEM_PY_BOT_BITS()) - 1;
    private static final long MID_MASK = (1L << PANAMEM_PY_MID_BITS()) - 1;
    private static final long OFFSET_MASK = (1L << BOT_SHIFT) - 1;

    private static final long LEAF_BYTES = panamem_py_leaf.sizeof();
    private static final long TAIL_HI = panamem_py_leaf.tail_hi$offset();
    private static final long TAIL_LO = panamem_py_leaf.tail_lo$offset();

    /** tail_hi of a stretch that one arena fills. */
    private static final int WHOLE = -1;

    private AddressMap() {}

    static void mark(long arena) {
        int tail = (int) (arena & OFFSET_MASK);
        if (tail == 0) {
            Memory.putIntRelease(leaf(arena) + TAIL_HI, WHOLE);
        } else {
            Memory.putIntRelease(leaf(arena) + TAIL_HI, tail);
            Memory.putIntRelease(leaf(arena + OFFSET_MASK) + TAIL_LO, tail);
        }
    }

    static void unmark(long arena) {
        Memory.putIntRelease(leaf(arena) + TAIL_HI, 0);
        if ((arena & OFFSET_MASK) != 0) {
            Memory.putIntRelease(leaf(arena + OFFSET_MASK) + TAIL_LO, 0);
        }
    }

    static boolean contains(long address) {
        long leaf = leaf(address);
        if (leaf == 0) {
            return false;
        }
        int offset = (int) (address & OFFSET_MASK);
        int tailHi = Memory.getInt(leaf + TAIL_HI);
        return offset < Memory.getInt(leaf + TAIL_LO) || (offset >= tailHi && tailHi != 0);
    }

    /** Address of the leaf of the stretch around the address; 0 when there is no node for it. */
    private static long leaf(long address) {
        long mid = Memory.getLong(State.mapRoot() + (address >>> TOP_SHIFT) * Long.BYTES);
        if (mid == 0) {
            return 0;
        }
        long bot = Memory.getLong(mid + (address >>> MID_SHIFT & MID_MASK) * Long.BYTES);
        return bot == 0 ? 0 : bot + (address >>> BOT_SHIFT & BOT_MASK) * LEAF_BYTES;
    }
}
