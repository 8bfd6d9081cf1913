package io.github.panamem.os;

/**
 * Where C has Java serve: it registers these functions before. A call of theirs makes no garbage, and nothing is linked
 * at run time: the Foreign Function API would have the JVM make some twenty classes for it in the middle of the start.
 */
final class JniLibC implements LibC {
    /** Did C register them? Not where Java opens the heap. */
    static boolean isRegistered() {
        try {
            return pageBytes() > 0;
        } catch (UnsatisfiedLinkError absent) {
            return false;
        }
    }

    @Override
    public int mprotect(long address, long bytes, int protection) {
        return protect(address, bytes, protection);
    }

    @Override
    public int madvise(long address, long bytes, int advice) {
        return advise(address, bytes, advice);
    }

    @Override
    public long resourceLimit(int kind) {
        return limitOf(kind);
    }

    @Override
    public int getpagesize() {
        return pageBytes();
    }

    private static native int protect(long address, long bytes, int protection);

    private static native int advise(long address, long bytes, int advice);

    private static native long limitOf(int kind);

    private static native int pageBytes();
}
