package io.github.panamem.heap;

import io.github.panamem.abi.panamem_depot;
import io.github.panamem.abi.panamem_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;

/**
 * A bin's ready blocks that no thread holds (struct panamem_depot), by its address. It is C's own; here it is only
 * read. The bin's lock is held.
 */
public final class Depot {
    private static final long DEPOTS = panamem_heap.depots$offset();
    private static final long BYTES = panamem_depot.sizeof();
    private static final long SLOTS = panamem_depot.slots$offset();
    private static final long COUNT = panamem_depot.count$offset();
    private static final long ROOM = panamem_depot.room$offset();

    private Depot() {}

    public static long address(int bin) {
        return Range.heap() + DEPOTS + bin * BYTES;
    }

    /** Blocks in it. */
    public static int count(long depot) {
        return Memory.getInt(depot + COUNT);
    }

    static int room(long depot) {
        return Memory.getInt(depot + ROOM);
    }

    /** Address of the slot of the block that has been there longest. */
    static long bottom(long depot) {
        return Memory.getLong(depot + SLOTS);
    }
}
