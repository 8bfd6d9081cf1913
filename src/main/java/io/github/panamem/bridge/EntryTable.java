package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.heap.pymalloc.Pymalloc;
import io.github.panamem.memory.Memory;
import org.jspecify.annotations.Nullable;

/** Writes the entries into a heap, which must be of the same build. */
public final class EntryTable {
    private EntryTable() {}

    /** Null when Java and the heap were built from one abi.h, else a line that says how they differ. */
    static @Nullable String refusal(long heap) {
        long libraryVersion = Memory.getLong(heap + panamem_heap.abi_version$offset());
        if (libraryVersion != PANAMEM_ABI_VERSION()) {
            return "libpanamem.so has ABI version " + libraryVersion + ", panamem.jar has " + PANAMEM_ABI_VERSION()
                    + "; install both from one build";
        }
        long libraryBytes = Memory.getLong(heap + panamem_heap.heap_bytes$offset());
        if (libraryBytes != panamem_heap.sizeof()) {
            return "libpanamem.so has a heap of " + libraryBytes + " bytes, panamem.jar has " + panamem_heap.sizeof()
                    + "; install both from one build";
        }
        return null;
    }

    /** Writes the table; the POOL and USER entries only when there is something behind them. The core is attached. */
    public static void fill(long heap, EntryPoints points) {
        put(heap, PANAMEM_ENTRY_PING(), points);
        put(heap, PANAMEM_ENTRY_REFILL(), points);
        put(heap, PANAMEM_ENTRY_FLUSH(), points);
        put(heap, PANAMEM_ENTRY_ALLOCATE(), points);
        put(heap, PANAMEM_ENTRY_REALLOCATE(), points);
        put(heap, PANAMEM_ENTRY_FREE(), points);
        put(heap, PANAMEM_ENTRY_PURGE(), points);
        put(heap, PANAMEM_ENTRY_CHECK(), points);
        put(heap, PANAMEM_ENTRY_GARBAGE(), points);
        if (Pymalloc.isChosen()) {
            put(heap, PANAMEM_ENTRY_POOL_REFILL(), points);
            put(heap, PANAMEM_ENTRY_POOL_FLUSH(), points);
        }
        if (UserAllocator.isInstalled()) {
            put(heap, PANAMEM_ENTRY_USER_MALLOC(), points);
            put(heap, PANAMEM_ENTRY_USER_CALLOC(), points);
            put(heap, PANAMEM_ENTRY_USER_REALLOC(), points);
            put(heap, PANAMEM_ENTRY_USER_FREE(), points);
            put(heap, PANAMEM_ENTRY_USER_USABLE(), points);
        }
    }

    private static void put(long heap, int entry, EntryPoints points) {
        Memory.putLong(heap + panamem_heap.entries$offset() + (long) entry * Long.BYTES, points.address(entry));
    }
}
