package io.github.panamem.os;

import io.github.panamem.memory.Memory;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What we ask of the operating system. Every answer is a plain value: a refusal is false, never an exception.
 *
 * <p>Addresses go down as 64-bit integers, so that a call makes no garbage. The constants are Linux's.
 */
public final class Os {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MADV_DONTNEED = 4;
    private static final int RLIMIT_AS = 9;

    private static final ValueLayout.OfLong C_LONG = ValueLayout.JAVA_LONG;

    /** One shape for all, so that the linker works out one calling sequence: Linux passes an int as it passes a long. */
    private static final MethodHandle CALL = callOfThree();

    private static final MemorySegment MPROTECT = find("mprotect");
    private static final MemorySegment MADVISE = find("madvise");
    private static final MemorySegment GETRLIMIT = find("getrlimit");
    private static final MemorySegment GETPAGESIZE = find("getpagesize");

    /** struct rlimit; used under the page heap's lock only. */
    private static final long RLIMIT = java.lang.foreign.Arena.global()
            .allocate(MemoryLayout.sequenceLayout(2, C_LONG))
            .address();

    private static final long OS_PAGE_BYTES = call(GETPAGESIZE, 0, 0, 0);

    /** Tests: every commit whose number is a multiple of this is refused; 0 refuses none. Likewise for discards. */
    static int refusedCommitPeriod;

    static int refusedDiscardPeriod;

    /** Tests: taken for RLIMIT_AS unless it is 0. */
    static long assumedAddressSpaceBytes;

    /** Tests: how many commits and discards were asked for. */
    static int commits;

    static int discards;

    private Os() {}

    /** Bytes of the operating system's pages. */
    public static long pageBytes() {
        return OS_PAGE_BYTES;
    }

    /** CLOCK_MONOTONIC. */
    public static long monotonicNanos() {
        return System.nanoTime();
    }

    /** Makes reserved memory readable and writable; it reads as zero. The caller holds the page heap's lock. */
    public static boolean commit(long address, long bytes) {
        if (refuses(++commits, refusedCommitPeriod)) {
            return false;
        }
        return call(MPROTECT, address, bytes, PROT_READ | PROT_WRITE) == 0;
    }

    /** Gives the memory back; it stays accessible and reads as zero. The caller holds the page heap's lock. */
    public static boolean discard(long address, long bytes) {
        if (refuses(++discards, refusedDiscardPeriod)) {
            return false;
        }
        return call(MADVISE, address, bytes, MADV_DONTNEED) == 0;
    }

    private static boolean refuses(int number, int period) {
        return period != 0 && number % period == 0;
    }

    /** RLIMIT_AS as it is now; Long.MAX_VALUE when there is none. The caller holds the page heap's lock. */
    public static long addressSpaceLimitBytes() {
        if (assumedAddressSpaceBytes != 0) {
            return assumedAddressSpaceBytes;
        }
        if (call(GETRLIMIT, RLIMIT_AS, RLIMIT, 0) != 0) {
            return Long.MAX_VALUE;
        }
        long bytes = Memory.getLong(RLIMIT);
        return bytes < 0 ? Long.MAX_VALUE : bytes; /* unsigned; RLIM_INFINITY is the largest */
    }

    /** The function's int answer, which fills half a register; -1, as for a refusal, when it could not be called. */
    private static int call(MemorySegment function, long a, long b, long c) {
        try {
            return (int) (long) CALL.invokeExact(function, a, b, c);
        } catch (Throwable impossible) {
            return -1;
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle callOfThree() {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(C_LONG, C_LONG, C_LONG, C_LONG));
    }

    private static MemorySegment find(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }
}
