package io.github.panamem.bridge;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Trains the AOT cache, when the jar is built: does what a boot does, and then a small C workload, so that the cache holds
 * the classes of the boot and knows which methods become hot.
 *
 * <p>{@code java -XX:AOTCacheOutput=panamem.aot -Dpanamem.library=… -cp panamem.jar io.github.panamem.bridge.Train}
 */
final class Train {
    private static final int ROUNDS = 2000;
    private static final int BLOCKS = 64;
    private static final long LARGE_BYTES = 100_000;

    private Train() {}

    public static void main(String[] arguments) throws Throwable {
        Library library = Library.load();
        long heap = library.hostOpen("upcall", "");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(Boot.ERROR_BYTES);
            if (Boot.start(heap, Boot.upcall(), 0, error.address()) == 0 || !library.hostReady()) {
                throw new IllegalStateException(error.getString(0));
            }
        }
        LambdaForms.link();
        workload(library);
        if (Soundness.finding(0) != null) {
            throw new IllegalStateException(Soundness.finding(0));
        }
        library.hostClose();
    }

    private static void workload(Library library) throws Throwable {
        MethodHandle malloc = find(library, "PyObject_Malloc", 1);
        MethodHandle realloc = find(library, "PyObject_Realloc", 2);
        MethodHandle free = find(library, "PyObject_Free", 1);
        long[] blocks = new long[BLOCKS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = (long) malloc.invokeExact(i == 0 ? LARGE_BYTES : (long) (round + i) % BLOCKS * BLOCKS);
            }
            blocks[0] = (long) realloc.invokeExact(blocks[0], 2 * LARGE_BYTES);
            for (int i = 0; i < BLOCKS; i++) {
                long ignored = (long) free.invokeExact(blocks[i]);
            }
        }
    }

    private static MethodHandle find(Library library, String name, int arguments) {
        ValueLayout[] longs = new ValueLayout[arguments];
        Arrays.fill(longs, ValueLayout.JAVA_LONG);
        return library.function(name, FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs));
    }
}
