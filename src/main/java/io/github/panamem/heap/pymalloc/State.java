package io.github.panamem.heap.pymalloc;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_pymalloc;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Lock;

/** The fields of struct panamem_pymalloc of the attached heap, which one lock guards. */
final class State {
    static final int CLASSES = PANAMEM_PY_CLASSES();

    private static final long STATE = panamem_heap.pymalloc$offset();
    private static final long LOCK = STATE + panamem_pymalloc.lock$offset();
    private static final long ARENA_SLOTS = STATE + panamem_pymalloc.arena_slots$offset();
    private static final long ARENAS = STATE + panamem_pymalloc.arenas$offset();
    private static final long MAP_ROOT = STATE + panamem_pymalloc.map_root$offset();
    private static final long UNUSED_ARENAS = STATE + panamem_pymalloc.unused_arenas$offset();
    private static final long USABLE_ARENAS = STATE + panamem_pymalloc.usable_arenas$offset();
    private static final long OFFERED_ARENAS = STATE + panamem_pymalloc.offered_arenas$offset();
    private static final long RELEASED_ARENAS = STATE + panamem_pymalloc.released_arenas$offset();
    private static final long NFP2LASTA = STATE + panamem_pymalloc.nfp2lasta$offset();
    private static final long EMPTIED = STATE + panamem_pymalloc.emptied$offset();
    private static final long USED = STATE + panamem_pymalloc.used$offset();
    private static final long ARENAS_NOW = STATE + panamem_pymalloc.arenas_now$offset();

    private State() {}

    static void lock() {
        Lock.acquire(Range.heap() + LOCK);
    }

    static void unlock() {
        Lock.release(Range.heap() + LOCK);
    }

    /** Slots of the arena table, slot 0 included. */
    static int arenaSlots() {
        return Memory.getInt(Range.heap() + ARENA_SLOTS);
    }

    /** Address of the arena table. */
    static long arenas() {
        return Memory.getLong(Range.heap() + ARENAS);
    }

    /** Address of the map's root; 0 while `pymalloc` was never chosen. */
    static long mapRoot() {
        return Memory.getLong(Range.heap() + MAP_ROOT);
    }

    static int unusedArenas() {
        return Memory.getInt(Range.heap() + UNUSED_ARENAS);
    }

    static int usableArenas() {
        return Memory.getInt(Range.heap() + USABLE_ARENAS);
    }

    static void setUsableArenas(int arena) {
        Memory.putInt(Range.heap() + USABLE_ARENAS, arena);
    }

    static int offeredArenas() {
        return Memory.getInt(Range.heap() + OFFERED_ARENAS);
    }

    static void setOfferedArenas(int arena) {
        Memory.putInt(Range.heap() + OFFERED_ARENAS, arena);
    }

    static int releasedArenas() {
        return Memory.getInt(Range.heap() + RELEASED_ARENAS);
    }

    static void setReleasedArenas(int arena) {
        Memory.putInt(Range.heap() + RELEASED_ARENAS, arena);
    }

    /** The last usable arena with so many free pools, or 0. */
    static int lastArena(int freePools) {
        return Memory.getInt(Range.heap() + NFP2LASTA + (long) freePools * Integer.BYTES);
    }

    static void setLastArena(int freePools, int arena) {
        Memory.putInt(Range.heap() + NFP2LASTA + (long) freePools * Integer.BYTES, arena);
    }

    /** How often C emptied a pool of the size class since Java last served it. */
    static int emptied(int sizeClass) {
        return Memory.getInt(Range.heap() + EMPTIED + (long) sizeClass * Integer.BYTES);
    }

    static void clearEmptied(int sizeClass) {
        Memory.putInt(Range.heap() + EMPTIED + (long) sizeClass * Integer.BYTES, 0);
    }

    /** The size class's first listed pool, or 0. */
    static long usedPools(int sizeClass) {
        return Memory.getLong(Range.heap() + USED + (long) sizeClass * Long.BYTES);
    }

    static void setUsedPools(int sizeClass, long pool) {
        Memory.putLong(Range.heap() + USED + (long) sizeClass * Long.BYTES, pool);
    }

    static long arenasNow() {
        return Memory.getLong(Range.heap() + ARENAS_NOW);
    }
}
