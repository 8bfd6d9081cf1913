package io.github.panamem.heap.pymalloc;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_py_arena;
import io.github.panamem.memory.Memory;

/** A slot of the arena table (struct panamem_py_arena), by its index. The table may move between two sections. */
final class ArenaSlot {
    static final int ARENA_BYTES = PANAMEM_PY_ARENA_BYTES();
    static final int MOST_POOLS = PANAMEM_PY_ARENA_POOLS();

    private static final long BYTES = panamem_py_arena.sizeof();
    private static final long ADDRESS = panamem_py_arena.address$offset();
    private static final long POOL_ADDRESS = panamem_py_arena.pool_address$offset();
    private static final long FREEPOOLS = panamem_py_arena.freepools$offset();
    private static final long NFREEPOOLS = panamem_py_arena.nfreepools$offset();
    private static final long NTOTALPOOLS = panamem_py_arena.ntotalpools$offset();
    private static final long NEXTARENA = panamem_py_arena.nextarena$offset();
    private static final long PREVARENA = panamem_py_arena.prevarena$offset();

    private ArenaSlot() {}

    private static long at(int arena) {
        return State.arenas() + arena * BYTES;
    }

    /** Where the arena begins; 0 when the slot is unused. */
    static long address(int arena) {
        return Memory.getLong(at(arena) + ADDRESS);
    }

    /** The next pool that was never used. */
    static long poolAddress(int arena) {
        return Memory.getLong(at(arena) + POOL_ADDRESS);
    }

    static void setPoolAddress(int arena, long pool) {
        Memory.putLong(at(arena) + POOL_ADDRESS, pool);
    }

    /** The pool that was given back last, or 0. */
    static long freePoolList(int arena) {
        return Memory.getLong(at(arena) + FREEPOOLS);
    }

    static void setFreePoolList(int arena, long pool) {
        Memory.putLong(at(arena) + FREEPOOLS, pool);
    }

    static int freePools(int arena) {
        return Memory.getInt(at(arena) + NFREEPOOLS);
    }

    static void setFreePools(int arena, int pools) {
        Memory.putInt(at(arena) + NFREEPOOLS, pools);
    }

    static int totalPools(int arena) {
        return Memory.getInt(at(arena) + NTOTALPOOLS);
    }

    static void setTotalPools(int arena, int pools) {
        Memory.putInt(at(arena) + NTOTALPOOLS, pools);
    }

    static int next(int arena) {
        return Memory.getInt(at(arena) + NEXTARENA);
    }

    static void setNext(int arena, int other) {
        Memory.putInt(at(arena) + NEXTARENA, other);
    }

    static int previous(int arena) {
        return Memory.getInt(at(arena) + PREVARENA);
    }

    static void setPrevious(int arena, int other) {
        Memory.putInt(at(arena) + PREVARENA, other);
    }
}
