package io.github.panamem.heap.pymalloc;

import io.github.panamem.memory.Memory;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Proves the equations of abi.h over pools, arenas, map and lists of {@code pymalloc}. Slow. The lock guards the only
 * instance, so that a check makes no garbage: the native core has no collector.
 */
public final class PymallocCheck {
    private static final PymallocCheck ONLY = new PymallocCheck();

    /** Pools that the arenas say are listed, per size class. */
    private final int[] listed = new int[State.CLASSES];

    private final BitSet waiting = new BitSet();
    private final BitSet poolsOnList = new BitSet(ArenaSlot.MOST_POOLS);
    private final BitSet freeBlocks = new BitSet(PoolHeader.POOL_BYTES);
    private final int[] lastArenas = new int[ArenaSlot.MOST_POOLS + 1];

    private PymallocCheck() {}

    /** What is wrong first, in one line, or null. */
    public static @Nullable String finding() {
        if (!Pymalloc.isChosen()) {
            return null;
        }
        State.lock();
        try {
            return ONLY.check();
        } finally {
            State.unlock();
        }
    }

    private @Nullable String check() {
        Arrays.fill(listed, 0);
        String finding = table();
        if (finding == null) {
            finding = usableArenas();
        }
        for (int sizeClass = 0; sizeClass < State.CLASSES && finding == null; sizeClass++) {
            finding = usedPools(sizeClass);
        }
        return finding;
    }

    // ---- Arenas

    private @Nullable String table() {
        waiting.clear();
        String finding = collect(State.unusedArenas(), waiting, false);
        if (finding == null) {
            finding = collect(State.offeredArenas(), waiting, true);
        }
        if (finding == null) {
            finding = collect(State.releasedArenas(), waiting, true);
        }
        int addressed = 0;
        for (int arena = 1; arena < State.arenaSlots() && finding == null; arena++) {
            if (ArenaSlot.address(arena) != 0) {
                addressed++;
                finding = waiting.get(arena) ? null : arena(arena);
            }
        }
        if (finding == null && addressed != State.arenasNow()) {
            return "pymalloc: arenas_now is " + State.arenasNow() + ", but " + addressed + " slots have an address";
        }
        return finding;
    }

    private static @Nullable String collect(int first, BitSet into, boolean addressed) {
        for (int arena = first; arena != 0; arena = ArenaSlot.next(arena)) {
            if (arena >= State.arenaSlots() || into.get(arena)) {
                return "pymalloc: arena slot " + arena + " is in two lists, or twice in one";
            }
            into.set(arena);
            if ((ArenaSlot.address(arena) != 0) != addressed) {
                return "pymalloc: arena slot " + arena + " is in the wrong list for its address";
            }
        }
        return null;
    }

    private @Nullable String arena(int arena) {
        long address = ArenaSlot.address(arena);
        long end = address + ArenaSlot.ARENA_BYTES;
        if (!AddressMap.contains(address) || !AddressMap.contains(end - 1)) {
            return at(arena) + "not in the map";
        }
        long firstPool = PoolHeader.of(address + PoolHeader.POOL_BYTES - 1);
        int pools = (int) ((end - firstPool) / PoolHeader.POOL_BYTES);
        long virgin = ArenaSlot.poolAddress(arena);
        if (ArenaSlot.totalPools(arena) != pools || virgin < firstPool || virgin > end) {
            return at(arena) + "ntotalpools or pool_address is wrong";
        }
        int free = (int) ((end - virgin) / PoolHeader.POOL_BYTES);
        poolsOnList.clear();
        for (long pool = ArenaSlot.freePoolList(arena); pool != 0; pool = PoolHeader.next(pool)) {
            int index = (int) ((pool - firstPool) / PoolHeader.POOL_BYTES);
            boolean sound = pool >= firstPool && pool < virgin && PoolHeader.offset(pool) == 0;
            if (!sound || poolsOnList.get(index) || PoolHeader.count(pool) != 0 || PoolHeader.isListed(pool)) {
                return at(arena) + "freepools holds " + Long.toHexString(pool) + ", which is not a free pool of it";
            }
            poolsOnList.set(index);
            free++;
        }
        if (free != ArenaSlot.freePools(arena)) {
            return at(arena) + "nfreepools is " + ArenaSlot.freePools(arena) + ", but " + free + " pools are free";
        }
        String finding = null;
        for (long pool = firstPool; pool < virgin && finding == null; pool += PoolHeader.POOL_BYTES) {
            if (PoolHeader.arena(pool) != arena) {
                finding = at(arena) + "pool " + Long.toHexString(pool) + " names another arena";
            } else if (!poolsOnList.get((int) ((pool - firstPool) / PoolHeader.POOL_BYTES))) {
                finding = pool(pool);
            }
        }
        return finding;
    }

    private static String at(int arena) {
        return "pymalloc: arena " + Long.toHexString(ArenaSlot.address(arena)) + ": ";
    }

    private @Nullable String usableArenas() {
        Arrays.fill(lastArenas, 0);
        int seen = 0;
        int before = 0;
        for (int arena = State.usableArenas(); arena != 0; arena = ArenaSlot.next(arena)) {
            int freePools = ArenaSlot.freePools(arena);
            if (++seen > State.arenaSlots() || ArenaSlot.previous(arena) != before || freePools == 0) {
                return "pymalloc: usable_arenas is broken at slot " + arena;
            }
            if (before != 0 && freePools < ArenaSlot.freePools(before)) {
                return "pymalloc: usable_arenas does not ascend at slot " + arena;
            }
            lastArenas[freePools] = arena;
            before = arena;
        }
        for (int freePools = 0; freePools < lastArenas.length; freePools++) {
            if (State.lastArena(freePools) != lastArenas[freePools]) {
                return "pymalloc: nfp2lasta[" + freePools + "] is " + State.lastArena(freePools) + ", not "
                        + lastArenas[freePools];
            }
        }
        int usable = 0;
        for (int arena = 1; arena < State.arenaSlots(); arena++) {
            boolean used = ArenaSlot.address(arena) != 0 && ArenaSlot.totalPools(arena) != 0;
            usable += used && !isReleased(arena) && ArenaSlot.freePools(arena) > 0 ? 1 : 0;
        }
        return usable == seen ? null : "pymalloc: " + usable + " arenas have free pools, " + seen + " are in the list";
    }

    private static boolean isReleased(int arena) {
        for (int released = State.releasedArenas(); released != 0; released = ArenaSlot.next(released)) {
            if (released == arena) {
                return true;
            }
        }
        return false;
    }

    // ---- Pools

    /** A pool that is not on its arena's free list. */
    private @Nullable String pool(long pool) {
        int sizeClass = PoolHeader.sizeClass(pool);
        if (sizeClass < 0 || sizeClass >= State.CLASSES) {
            return at(pool) + "szidx is " + sizeClass;
        }
        int blockBytes = PoolHeader.blockBytes(sizeClass);
        freeBlocks.clear();
        for (long block = PoolHeader.freeBlock(pool); block != 0; block = Memory.getLong(block)) {
            int offset = (int) (block - pool);
            boolean begins = (offset - PoolHeader.BYTES) % blockBytes == 0;
            boolean inside = PoolHeader.of(block) == pool && offset < PoolHeader.nextOffset(pool);
            if (!begins || !inside || offset < PoolHeader.BYTES || freeBlocks.get(offset)) {
                return at(pool) + "the free list holds " + Long.toHexString(block)
                        + ", which is not a free block of it";
            }
            freeBlocks.set(offset);
        }
        int free = freeBlocks.cardinality();
        int virgin = (PoolHeader.maxNextOffset(pool) - PoolHeader.nextOffset(pool) + blockBytes) / blockBytes;
        int blocks = PoolHeader.blocks(sizeClass);
        if (PoolHeader.count(pool) + free + virgin != blocks) {
            return at(pool) + PoolHeader.count(pool) + " blocks out, " + free + " free and " + virgin
                    + " never used are not " + blocks;
        }
        if (PoolHeader.isListed(pool) == Pools.isFull(pool) || Pools.isFull(pool) && virgin != 0) {
            return at(pool) + "listed and full contradict each other";
        }
        listed[sizeClass] += PoolHeader.isListed(pool) ? 1 : 0;
        return null;
    }

    private static String at(long pool) {
        return "pymalloc: pool " + Long.toHexString(pool) + ": ";
    }

    private @Nullable String usedPools(int sizeClass) {
        int seen = 0;
        long before = 0;
        for (long pool = State.usedPools(sizeClass); pool != 0; pool = PoolHeader.next(pool)) {
            boolean sound = PoolHeader.previous(pool) == before && PoolHeader.isListed(pool);
            if (!sound || PoolHeader.sizeClass(pool) != sizeClass || ++seen > listed[sizeClass]) {
                return "pymalloc: the list of used pools of size class " + sizeClass + " is broken";
            }
            if (PoolHeader.count(pool) == 0 && State.emptied(sizeClass) == 0) {
                return "pymalloc: pool " + Long.toHexString(pool) + " is empty and listed";
            }
            before = pool;
        }
        return seen == listed[sizeClass]
                ? null
                : "pymalloc: size class " + sizeClass + " lists " + seen + " pools instead of " + listed[sizeClass];
    }
}
