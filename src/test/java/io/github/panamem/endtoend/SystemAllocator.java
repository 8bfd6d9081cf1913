package io.github.panamem.endtoend;

import io.github.panamem.spi.Allocator;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** An allocator of a user's own: libc's functions, called by Java. */
public final class SystemAllocator implements Allocator {
    private static final MethodHandle MALLOC = find("malloc", 1);
    private static final MethodHandle CALLOC = find("calloc", 2);
    private static final MethodHandle REALLOC = find("realloc", 2);
    private static final MethodHandle FREE = find("free", 1);
    private static final MethodHandle USABLE_SIZE = find("malloc_usable_size", 1);

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, int arguments) {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong[] layouts = new ValueLayout.OfLong[arguments];
        Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts));
    }

    @Override
    public long malloc(int domain, long bytes) {
        try {
            return (long) MALLOC.invokeExact(Math.max(bytes, 1));
        } catch (Throwable fault) {
            throw new AssertionError(fault);
        }
    }

    @Override
    public long calloc(int domain, long count, long elementBytes) {
        try {
            return (long) CALLOC.invokeExact(Math.max(count, 1), Math.max(elementBytes, 1));
        } catch (Throwable fault) {
            throw new AssertionError(fault);
        }
    }

    @Override
    public long realloc(int domain, long block, long bytes) {
        try {
            return (long) REALLOC.invokeExact(block, Math.max(bytes, 1));
        } catch (Throwable fault) {
            throw new AssertionError(fault);
        }
    }

    @Override
    public void free(int domain, long block) {
        try {
            long _ = (long) FREE.invokeExact(block);
        } catch (Throwable fault) {
            throw new AssertionError(fault);
        }
    }

    @Override
    public long usableSize(long block) {
        try {
            return (long) USABLE_SIZE.invokeExact(block);
        } catch (Throwable fault) {
            throw new AssertionError(fault);
        }
    }
}
