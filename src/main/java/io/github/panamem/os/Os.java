package io.github.panamem.os;

import io.github.panamem.memory.NativeImage;

/**
 * What we ask of the operating system. Every answer is a plain value: a refusal is false, never an exception.
 * The constants are Linux's.
 */
public final class Os {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MADV_DONTNEED = 4;
    private static final int RLIMIT_AS = 9;

    private static final LibC C = libC();

    /** Tests: every commit whose number is a multiple of this is refused; 0 refuses none. Likewise for discards. */
    static int refusedCommitPeriod;

    static int refusedDiscardPeriod;

    /** Tests: taken for RLIMIT_AS unless it is 0. */
    static long assumedAddressSpaceBytes;

    /** Tests: how many commits and discards were asked for. */
    static int commits;

    static int discards;

    private Os() {}

    private static LibC libC() {
        if (NativeImage.IS_HOST) {
            return new ImageLibC();
        }
        return JniLibC.isRegistered() ? new JniLibC() : new ForeignLibC();
    }

    /** Calls what it calls as often as it takes until later calls change nothing in the JVM. Part of a boot. */
    public static void settle() {
        C.settle();
    }

    /** Bytes of the operating system's pages. */
    public static long pageBytes() {
        return C.getpagesize();
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
        return C.mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0;
    }

    /** Gives the memory back; it stays accessible and reads as zero. The caller holds the page heap's lock. */
    public static boolean discard(long address, long bytes) {
        if (refuses(++discards, refusedDiscardPeriod)) {
            return false;
        }
        return C.madvise(address, bytes, MADV_DONTNEED) == 0;
    }

    private static boolean refuses(int number, int period) {
        return period != 0 && number % period == 0;
    }

    /** RLIMIT_AS as it is now; Long.MAX_VALUE when there is none. The caller holds the page heap's lock. */
    public static long addressSpaceLimitBytes() {
        if (assumedAddressSpaceBytes != 0) {
            return assumedAddressSpaceBytes;
        }
        long bytes = C.resourceLimit(RLIMIT_AS);
        return bytes < 0 ? Long.MAX_VALUE : bytes; /* unsigned; RLIM_INFINITY is the largest */
    }
}
