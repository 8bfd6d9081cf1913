package io.github.panamem.testing;

import io.github.panamem.heap.Heap;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Fresh heaps from libpanamem-testing.so, and its C fallback as a second operator on them.
 *
 * <p>The process has one heap at a time: making one unmaps the one before, with all its blocks.
 */
public final class TestHeap {
    /** Enough for most tests. */
    public static final long RANGE_BYTES = 256L << 20;

    /** Leaves a heap alone: neither purge nor limit. */
    public static final long NEVER = -1L;

    private static final SymbolLookup LIBRARY = library();
    private static final MethodHandle RESET = find("panamem_testing_heap_reset", 1);
    private static final MethodHandle THREAD = find("panamem_testing_thread", 0);
    private static final MethodHandle REFILL = find("panamem_testing_fallback_refill", 3);
    private static final MethodHandle FLUSH = find("panamem_testing_fallback_flush", 3);
    private static final MethodHandle ALLOCATE = find("panamem_testing_fallback_allocate", 3);
    private static final MethodHandle FREE = find("panamem_testing_fallback_free", 3);
    private static final MethodHandle TAKE_THERE = find("panamem_testing_take_there", 3);
    private static final MethodHandle GIVE_THERE = find("panamem_testing_give_there", 3);
    private static final MethodHandle SHELF_GIVE = find("panamem_testing_shelf_give", 3);
    private static final MethodHandle SHELF_TAKE = find("panamem_testing_shelf_take", 3);

    private TestHeap() {}

    /** A fresh heap with so many bytes of range, to which the core is attached. Answers its address. */
    public static long reset(long rangeBytes) {
        try {
            long heap = (long) RESET.invokeExact(rangeBytes);
            if (heap == 0 || !Heap.attach(heap)) {
                throw new AssertionError("no heap of " + rangeBytes + " bytes");
            }
            return heap;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** A registered thread with open magazines. */
    public static long thread() {
        try {
            return (long) THREAD.invokeExact();
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    public static long fallbackRefill(long thread, long bin, long count) {
        return call(REFILL, thread, bin, count);
    }

    public static long fallbackFlush(long thread, long bin, long count) {
        return call(FLUSH, thread, bin, count);
    }

    public static long fallbackAllocate(long thread, long request, long zeroed) {
        return call(ALLOCATE, thread, request, zeroed);
    }

    public static long fallbackFree(long thread, long block) {
        return call(FREE, thread, block, 0);
    }

    /** C takes a block from the bin's pools that are there; 0 when Java has to make one. */
    public static long takeThere(int bin) {
        return call(TAKE_THERE, bin, 0, 0);
    }

    /** Does C give the block back to its pool? Not when Java may let that one go. */
    public static boolean giveThere(int bin, long block) {
        return call(GIVE_THERE, bin, block, 0) != 0;
    }

    /** The thread gives the block back and keeps it ready; 0 when it cannot. */
    public static long shelfGive(long thread, long block) {
        return call(SHELF_GIVE, thread, block, 0);
    }

    /** A ready block for so many bytes of the domain, or 0. */
    public static long shelfTake(long thread, long domain, long bytes) {
        return call(SHELF_TAKE, thread, domain, bytes);
    }

    private static long call(MethodHandle function, long a, long b, long c) {
        try {
            return (long) function.invokeExact(a, b, c);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup library() {
        String path = System.getProperty("panamem.testing.library");
        if (path == null) {
            path = System.getProperty("panamem.root", ".") + "/native/target/build/native/tests/libpanamem-testing.so";
        }
        return SymbolLookup.libraryLookup(Path.of(path).toAbsolutePath(), java.lang.foreign.Arena.global());
    }

    @SuppressWarnings("restricted")
    static MethodHandle find(String name, int arguments) {
        ValueLayout[] longs = new ValueLayout[arguments];
        java.util.Arrays.fill(longs, ValueLayout.JAVA_LONG);
        return Linker.nativeLinker()
                .downcallHandle(LIBRARY.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs));
    }
}
