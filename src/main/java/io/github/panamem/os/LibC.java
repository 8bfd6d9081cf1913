package io.github.panamem.os;

/** The functions of the C library that we need, called in the way that the host has. Constants are Linux's. */
interface LibC {
    /** 0, or less for a refusal; likewise madvise. */
    int mprotect(long address, long bytes, int protection);

    int madvise(long address, long bytes, int advice);

    /** The limit in force of a kind of RLIMIT_…, unsigned; all ones when there is none or it cannot be told. */
    long resourceLimit(int kind);

    int getpagesize();

    /** Until later calls make no class. */
    default void settle() {}
}
