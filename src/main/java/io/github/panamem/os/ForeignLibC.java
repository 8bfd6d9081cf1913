package io.github.panamem.os;

import io.github.panamem.memory.Memory;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Where Java opens the heap, by the Foreign Function API. Addresses go down as 64-bit integers, so that a call makes no
 * garbage.
 *
 * <p>There is one shape of call, for each one that the linker works out takes a part of the start: Linux passes an int as
 * it passes a long, and a function does not see what it does not take.
 */
final class ForeignLibC implements LibC {
    private static final ValueLayout.OfLong C_LONG = ValueLayout.JAVA_LONG;

    /** A few more than java.lang.invoke.MethodHandle.CUSTOMIZE_THRESHOLD. */
    private static final int SETTLING_CALLS = 150;

    private static final MethodHandle CALL = handle();

    private static final MemorySegment MPROTECT = find("mprotect");
    private static final MemorySegment MADVISE = find("madvise");
    private static final MemorySegment GETRLIMIT = find("getrlimit");
    private static final MemorySegment GETPAGESIZE = find("getpagesize");

    /** struct rlimit; used under the page heap's lock only. */
    private static final long RLIMIT = java.lang.foreign.Arena.global()
            .allocate(MemoryLayout.sequenceLayout(2, C_LONG))
            .address();

    @Override
    public int mprotect(long address, long bytes, int protection) {
        return call(MPROTECT, address, bytes, protection);
    }

    @Override
    public int madvise(long address, long bytes, int advice) {
        return call(MADVISE, address, bytes, advice);
    }

    @Override
    public long resourceLimit(int kind) {
        return call(GETRLIMIT, kind, RLIMIT, 0) == 0 ? Memory.getLong(RLIMIT) : -1;
    }

    @Override
    public int getpagesize() {
        return call(GETPAGESIZE, 0, 0, 0);
    }

    @Override
    public void settle() {
        for (int i = 0; i < SETTLING_CALLS; i++) {
            getpagesize();
        }
    }

    /** The function's answer; -1, as for a refusal, when it could not be called. */
    private static int call(MemorySegment function, long a, long b, long c) {
        try {
            return (int) CALL.invokeExact(function, a, b, c);
        } catch (Throwable impossible) {
            return -1;
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        return Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_INT, C_LONG, C_LONG, C_LONG));
    }

    private static MemorySegment find(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }
}
