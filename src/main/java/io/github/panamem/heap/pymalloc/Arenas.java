package io.github.panamem.heap.pymalloc;

/** Divides arenas into pools, and lets go of an arena that became wholly free while another has a free pool. */
final class Arenas {
    private Arenas() {}

    /** A pool that is in no list; 0 when no arena has one and C has offered no further arena. */
    static long takePool() {
        int arena = UsableArenas.first();
        if (arena == 0) {
            arena = enterOffered();
            if (arena == 0) {
                return 0;
            }
        }
        int freePools = ArenaSlot.freePools(arena);
        UsableArenas.firstLosesPool(arena, freePools);
        ArenaSlot.setFreePools(arena, freePools - 1);
        long pool = ArenaSlot.freePoolList(arena);
        if (pool == 0) {
            return carve(arena);
        }
        ArenaSlot.setFreePoolList(arena, PoolHeader.next(pool));
        return pool;
    }

    private static long carve(int arena) {
        long pool = ArenaSlot.poolAddress(arena);
        ArenaSlot.setPoolAddress(arena, pool + PoolHeader.POOL_BYTES);
        PoolHeader.setArena(pool, arena);
        PoolHeader.setSizeClass(pool, PoolHeader.NO_CLASS);
        return pool;
    }

    /** An arena that does not begin at a pool's address loses one pool at its ends. */
    private static int enterOffered() {
        int arena = State.offeredArenas();
        if (arena == 0) {
            return 0;
        }
        State.setOfferedArenas(ArenaSlot.next(arena));
        long address = ArenaSlot.address(arena);
        int excess = PoolHeader.offset(address);
        int pools = ArenaSlot.MOST_POOLS - (excess == 0 ? 0 : 1);
        ArenaSlot.setPoolAddress(arena, excess == 0 ? address : address - excess + PoolHeader.POOL_BYTES);
        ArenaSlot.setFreePoolList(arena, 0);
        ArenaSlot.setTotalPools(arena, pools);
        ArenaSlot.setFreePools(arena, pools);
        AddressMap.mark(address);
        UsableArenas.addOnly(arena, pools);
        return arena;
    }

    /** Takes back an empty pool that is in no list. The last usable arena stays, so that a program on the edge rests. */
    static void givePool(long pool) {
        int arena = PoolHeader.arena(pool);
        PoolHeader.setNext(pool, ArenaSlot.freePoolList(arena));
        ArenaSlot.setFreePoolList(arena, pool);
        int freePoolsBefore = ArenaSlot.freePools(arena);
        ArenaSlot.setFreePools(arena, freePoolsBefore + 1);
        boolean whollyFree = freePoolsBefore + 1 == ArenaSlot.totalPools(arena);
        if (whollyFree && ArenaSlot.next(arena) != 0) {
            UsableArenas.remove(arena, freePoolsBefore);
            release(arena);
        } else {
            UsableArenas.gainsPool(arena, freePoolsBefore);
        }
    }

    private static void release(int arena) {
        AddressMap.unmark(ArenaSlot.address(arena));
        ArenaSlot.setPrevious(arena, 0);
        ArenaSlot.setNext(arena, State.releasedArenas());
        State.setReleasedArenas(arena);
    }
}
