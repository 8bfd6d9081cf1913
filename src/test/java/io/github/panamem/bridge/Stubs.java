package io.github.panamem.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.memory.Memory;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls the entries of a heap as C does: by the function pointers in its table. */
final class Stubs {
    private static final MethodHandle CALL = callHandle();

    private Stubs() {}

    static long address(long heap, int entry) {
        return Memory.getLong(heap + panamem_heap.entries$offset() + (long) entry * Long.BYTES);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle callHandle() {
        return Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }

    static long call(long heap, int entry, long a, long b, long c) {
        try {
            return (long) CALL.invokeExact(MemorySegment.ofAddress(address(heap, entry)), a, b, c, (long) entry);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
