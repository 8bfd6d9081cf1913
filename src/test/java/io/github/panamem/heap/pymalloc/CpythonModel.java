package io.github.panamem.heap.pymalloc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What CPython's obmalloc.c would answer, address for address, written with plain Java collections and no thought of
 * speed: which block a request gets, and which arenas are freed.
 */
final class CpythonModel {
    private static final int POOL_BYTES = 16384;
    private static final int HEADER_BYTES = 48;
    private static final int ARENA_BYTES = 1 << 20;
    private static final int CLASSES = 32;

    private static final class Arena {
        final long address;
        final int totalPools;
        final Deque<Pool> freePools = new ArrayDeque<>();
        long nextPool;
        int untouchedPools;

        Arena(long address) {
            this.address = address;
            nextPool = (address + POOL_BYTES - 1) / POOL_BYTES * POOL_BYTES;
            totalPools = (int) ((address + ARENA_BYTES - nextPool) / POOL_BYTES);
            untouchedPools = totalPools;
        }

        int free() {
            return freePools.size() + untouchedPools;
        }
    }

    private static final class Pool {
        final Arena arena;
        final long address;
        int sizeClass = -1;
        int out;
        int untouched;
        final Deque<Long> freeBlocks = new ArrayDeque<>();

        Pool(Arena arena, long address) {
            this.arena = arena;
            this.address = address;
        }

        boolean isFull() {
            return freeBlocks.isEmpty() && untouched == 0;
        }
    }

    private final List<Arena> usable = new ArrayList<>();
    private final Map<Long, Pool> pools = new HashMap<>();
    private final List<List<Pool>> used = new ArrayList<>();
    int arenas;
    int freedArenas;

    CpythonModel() {
        for (int i = 0; i < CLASSES; i++) {
            used.add(new ArrayList<>());
        }
    }

    /** newArena tells where the arena lies that the hook gave for this request. */
    long malloc(int sizeClass, LongSupplier newArena) {
        List<Pool> listed = used.get(sizeClass);
        if (listed.isEmpty()) {
            listed.addFirst(openPool(sizeClass, newArena));
        }
        Pool pool = listed.getFirst();
        long block;
        if (pool.freeBlocks.isEmpty()) {
            int index = blocks(sizeClass) - pool.untouched--;
            block = pool.address + HEADER_BYTES + (long) index * (sizeClass + 1) * 16;
        } else {
            block = pool.freeBlocks.pop();
        }
        pool.out++;
        if (pool.isFull()) {
            listed.remove(pool);
        }
        return block;
    }

    private Pool openPool(int sizeClass, LongSupplier newArena) {
        if (usable.isEmpty()) {
            usable.add(new Arena(newArena.getAsLong()));
            arenas++;
        }
        Arena arena = usable.getFirst();
        Pool pool;
        if (arena.freePools.isEmpty()) {
            pool = new Pool(arena, arena.nextPool);
            pools.put(pool.address, pool);
            arena.nextPool += POOL_BYTES;
            arena.untouchedPools--;
        } else {
            pool = arena.freePools.pop();
        }
        if (arena.free() == 0) {
            usable.remove(arena);
        }
        if (pool.sizeClass != sizeClass) {
            pool.sizeClass = sizeClass;
            pool.freeBlocks.clear();
            pool.untouched = blocks(sizeClass);
        }
        return pool;
    }

    private static int blocks(int sizeClass) {
        return (POOL_BYTES - HEADER_BYTES) / ((sizeClass + 1) * 16);
    }

    void free(long block) {
        Pool pool = pools.get(block / POOL_BYTES * POOL_BYTES);
        boolean wasFull = pool.isFull();
        pool.freeBlocks.push(block);
        pool.out--;
        List<Pool> listed = used.get(pool.sizeClass);
        if (wasFull) {
            listed.addFirst(pool);
        } else if (pool.out == 0) {
            listed.remove(pool);
            giveBack(pool);
        }
    }

    private void giveBack(Pool pool) {
        Arena arena = pool.arena;
        arena.freePools.push(pool);
        boolean isLast = !usable.isEmpty() && usable.getLast() == arena;
        boolean wasUsable = usable.contains(arena);
        if (arena.free() == arena.totalPools && wasUsable && !isLast) {
            usable.remove(arena);
            arenas--;
            freedArenas++;
            for (long at = arena.address / POOL_BYTES * POOL_BYTES;
                    at < arena.address + ARENA_BYTES;
                    at += POOL_BYTES) {
                pools.remove(at);
            }
            return;
        }
        usable.remove(arena);
        int place = 0;
        while (place < usable.size() && usable.get(place).free() < arena.free()) {
            place++;
        }
        usable.add(place, arena);
    }
}
