package io.github.panamem.spi;

/**
 * An allocator of your own behind CPython's domain table: {@code PANAMEM_MALLOC=java:<class>}.
 *
 * <p>The class is public, has a public constructor without parameters, and stands on the class path that
 * {@code PANAMEM_OPTIONS=classpath=…} names. One instance serves the process. Its
 * constructor runs while Java starts, and must not open Panamem.
 *
 * <p><b>Addresses.</b> A block is the address of its first byte; 0 is C's NULL, the only "no". Every block is aligned to
 * 16 bytes; Panamem refuses one that is not. A request of 0 bytes gets a block of its own, as CPython's contract asks.
 *
 * <p><b>Threads.</b> Every method is called from any thread, several at once, in every domain. A thread may free what
 * another one allocated, in the same domain.
 *
 * <p><b>Errors.</b> A method must not throw: Panamem answers 0 for one that does, which Python sees as MemoryError. It
 * must not call into Python, directly or by locks that Python code holds.
 *
 * <p><b>Fallback.</b> Before Java serves, in a forked child and on stacks that Java cannot use, Panamem's own C
 * fallback serves instead; you never see its blocks, and yours are left alone when they are freed there.
 *
 * <p>Domains: 0 RAW, 1 MEM, 2 OBJ (CPython's {@code PyMemAllocatorDomain}). Sizes are bytes, at most
 * {@code Long.MAX_VALUE}.
 */
public interface Allocator {
    /** A block of at least so many bytes, uninitialised; 0 when there is no memory. */
    long malloc(int domain, long bytes);

    /** A block for so many elements, every byte 0; 0 when there is no memory or the product overflows. */
    long calloc(int domain, long count, long elementBytes);

    /**
     * Makes the block hold so many bytes: in place, or by a new block with the old contents up to the smaller size. 0
     * when there is no memory: the block is then valid and unchanged. Never asked for block 0.
     */
    long realloc(int domain, long block, long bytes);

    /** Takes the block back. Never asked for block 0. */
    void free(int domain, long block);

    /** Bytes that may be used at a live block: at least what was asked for. */
    long usableSize(long block);
}
