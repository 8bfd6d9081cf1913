package io.github.panamem.os;

import io.github.panamem.memory.Memory;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** On a JVM, by the Foreign Function API. Addresses go down as 64-bit integers, so that a call makes no garbage. */
final class ForeignLibC implements LibC {
    private static final ValueLayout.OfLong C_LONG = ValueLayout.JAVA_LONG;

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

    private static int call(MemorySegment function, long a, long b, long c) {
        return (int) NativeCall.of(function, a, b, c, 0);
    }

    private static MemorySegment find(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }
}
