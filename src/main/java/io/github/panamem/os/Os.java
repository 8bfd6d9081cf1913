package io.github.panamem.os;

import io.github.panamem.memory.Memory;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
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
    private static final long RLIM_INFINITY = -1;

    private static final ValueLayout.OfInt C_INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong C_LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle MPROTECT = find("mprotect", FunctionDescriptor.of(C_INT, C_LONG, C_LONG, C_INT));
    private static final MethodHandle MADVISE = find("madvise", FunctionDescriptor.of(C_INT, C_LONG, C_LONG, C_INT));
    private static final MethodHandle GETRLIMIT = find("getrlimit", FunctionDescriptor.of(C_INT, C_INT, C_LONG));
    private static final MethodHandle GETPAGESIZE = find("getpagesize", FunctionDescriptor.of(C_INT));

    /** struct rlimit; used under the page heap's lock only. */
    private static final long RLIMIT = java.lang.foreign.Arena.global()
            .allocate(MemoryLayout.sequenceLayout(2, C_LONG))
            .address();

    private static final long OS_PAGE_BYTES = getpagesize();

    /** Tests: every commit whose number is a multiple of this is refused; 0 refuses none. Likewise for discards. */
    static int refusedCommitPeriod;

    static int refusedDiscardPeriod;

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
        try {
            return (int) MPROTECT.invokeExact(address, bytes, PROT_READ | PROT_WRITE) == 0;
        } catch (Throwable impossible) {
            return false;
        }
    }

    /** Gives the memory back; it stays accessible and reads as zero. The caller holds the page heap's lock. */
    public static boolean discard(long address, long bytes) {
        if (refuses(++discards, refusedDiscardPeriod)) {
            return false;
        }
        try {
            return (int) MADVISE.invokeExact(address, bytes, MADV_DONTNEED) == 0;
        } catch (Throwable impossible) {
            return false;
        }
    }

    private static boolean refuses(int number, int period) {
        return period != 0 && number % period == 0;
    }

    /** RLIMIT_AS as it is now; Long.MAX_VALUE when there is none. The caller holds the page heap's lock. */
    public static long addressSpaceLimitBytes() {
        try {
            if ((int) GETRLIMIT.invokeExact(RLIMIT_AS, RLIMIT) != 0) {
                return Long.MAX_VALUE;
            }
        } catch (Throwable impossible) {
            return Long.MAX_VALUE;
        }
        long bytes = Memory.getLong(RLIMIT);
        return bytes == RLIM_INFINITY ? Long.MAX_VALUE : bytes;
    }

    private static long getpagesize() {
        try {
            return (int) GETPAGESIZE.invokeExact();
        } catch (Throwable impossible) {
            return 0;
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, FunctionDescriptor function) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), function);
    }
}
