package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.heap.pymalloc.Pymalloc;
import io.github.panamem.memory.Memory;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Makes C function pointers of the entries and writes them into a heap.
 *
 * <p>All have one signature, so that the linker works out one calling sequence. They are made once and live as long as
 * the JVM: C may still be inside one when the heap is closed.
 */
final class EntryTable {
    private static final FunctionDescriptor DESCRIPTOR =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodType TYPE = MethodType.methodType(long.class, long.class, long.class, long.class);

    /** A few more than java.lang.invoke.MethodHandle.CUSTOMIZE_THRESHOLD. */
    static final int SETTLING_CALLS = 150;

    private static final long[] stubs = new long[PANAMEM_ENTRIES()];

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
    static void fill(long heap) {
        put(heap, PANAMEM_ENTRY_PING(), "ping");
        put(heap, PANAMEM_ENTRY_REFILL(), "refill");
        put(heap, PANAMEM_ENTRY_FLUSH(), "flush");
        put(heap, PANAMEM_ENTRY_ALLOCATE(), "allocate");
        put(heap, PANAMEM_ENTRY_REALLOCATE(), "reallocate");
        put(heap, PANAMEM_ENTRY_FREE(), "free");
        put(heap, PANAMEM_ENTRY_PURGE(), "purge");
        put(heap, PANAMEM_ENTRY_CHECK(), "check");
        put(heap, PANAMEM_ENTRY_GARBAGE(), "garbage");
        if (Pymalloc.isChosen()) {
            put(heap, PANAMEM_ENTRY_POOL_REFILL(), "poolRefill");
            put(heap, PANAMEM_ENTRY_POOL_FLUSH(), "poolFlush");
        }
        if (UserAllocator.isInstalled()) {
            put(heap, PANAMEM_ENTRY_USER_MALLOC(), "userMalloc");
            put(heap, PANAMEM_ENTRY_USER_CALLOC(), "userCalloc");
            put(heap, PANAMEM_ENTRY_USER_REALLOC(), "userRealloc");
            put(heap, PANAMEM_ENTRY_USER_FREE(), "userFree");
            put(heap, PANAMEM_ENTRY_USER_USABLE(), "userUsable");
        }
    }

    /**
     * Calls the stubs as often as it takes until the JVM has adapted their method handles, which spins a class for each;
     * with a request that each of them refuses: all ones. Not those that have no such request and are rare.
     */
    static void settle() {
        MethodHandle call = call();
        for (int entry = 0; entry < stubs.length; entry++) {
            boolean rare = entry == PANAMEM_ENTRY_PURGE()
                    || entry == PANAMEM_ENTRY_CHECK()
                    || entry == PANAMEM_ENTRY_GARBAGE();
            if (stubs[entry] != 0 && !rare) {
                settle(call, MemorySegment.ofAddress(stubs[entry]));
            }
        }
    }

    private static void settle(MethodHandle call, MemorySegment stub) {
        try {
            for (int i = 0; i < SETTLING_CALLS; i++) {
                long ignored = (long) call.invokeExact(stub, -1L, -1L, -1L);
            }
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call() {
        return Linker.nativeLinker().downcallHandle(DESCRIPTOR);
    }

    private static void put(long heap, int entry, String method) {
        if (stubs[entry] == 0) {
            stubs[entry] = stub(method);
        }
        Memory.putLong(heap + panamem_heap.entries$offset() + (long) entry * Long.BYTES, stubs[entry]);
    }

    @SuppressWarnings("restricted")
    private static long stub(String method) {
        try {
            MethodHandle handle = MethodHandles.lookup().findStatic(Entries.class, method, TYPE);
            return Linker.nativeLinker()
                    .upcallStub(handle, DESCRIPTOR, java.lang.foreign.Arena.global())
                    .address();
        } catch (ReflectiveOperationException absent) {
            throw new LinkageError("no entry " + method, absent);
        }
    }
}
