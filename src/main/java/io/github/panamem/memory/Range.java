package io.github.panamem.memory;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;

/**
 * Where the heap, its range and the three tables over the range's pages lie; the arithmetic between blocks, pages and
 * their records.
 *
 * <p>Plain static fields, set once when Java attaches to the heap: a load that hits the cache costs less than what any
 * entry does with it, and tests can attach to one heap after another.
 */
public final class Range {
    public static final int PAGE_SHIFT = PANAMEM_PAGE_SHIFT();
    public static final long PAGE_BYTES = PANAMEM_PAGE_BYTES();
    public static final int ARENA_PAGES = PANAMEM_ARENA_PAGES();

    private static final int BYTE_MASK = 0xff;

    private static long heap;
    private static long base;
    private static long bytes;
    private static long pageMap;
    private static long backMap;
    private static long records;

    private Range() {}

    /** Reads where everything lies. False when the heap is of another ABI version or has no range. */
    public static boolean attach(long heapAddress) {
        if (Memory.getLong(heapAddress + panamem_heap.abi_version$offset()) != PANAMEM_ABI_VERSION()
                || Memory.getLong(heapAddress + panamem_heap.heap_bytes$offset()) != panamem_heap.sizeof()
                || Memory.getLong(heapAddress + panamem_heap.range_base$offset()) == 0) {
            return false;
        }
        heap = heapAddress;
        base = Memory.getLong(heapAddress + panamem_heap.range_base$offset());
        bytes = Memory.getLong(heapAddress + panamem_heap.range_bytes$offset());
        pageMap = Memory.getLong(heapAddress + panamem_heap.page_map$offset());
        backMap = Memory.getLong(heapAddress + panamem_heap.back_map$offset());
        records = Memory.getLong(heapAddress + panamem_heap.records$offset());
        return true;
    }

    public static long heap() {
        return heap;
    }

    public static long bytes() {
        return bytes;
    }

    public static boolean contains(long block) {
        return Long.compareUnsigned(block - base, bytes) < 0;
    }

    public static int page(long block) {
        return (int) ((block - base) >>> PAGE_SHIFT);
    }

    public static long address(int page) {
        return base + ((long) page << PAGE_SHIFT);
    }

    public static long bytesOf(long pages) {
        return pages << PAGE_SHIFT;
    }

    /** Pages that hold so many bytes. */
    public static long pagesFor(long bytes) {
        return (bytes + PAGE_BYTES - 1) >>> PAGE_SHIFT;
    }

    public static long record(int page) {
        return records + page * PageRecord.BYTES;
    }

    /** The bin of the blocks in the page; 0 when no live run holds it. */
    public static int bin(int page) {
        return Memory.getByte(pageMap + page) & BYTE_MASK;
    }

    /** How many pages before it its pool begins; only for pages of pools. */
    public static int pagesBack(int page) {
        return Memory.getByte(backMap + page) & BYTE_MASK;
    }

    /** Says that the pages belong to a live run of this bin; 0 when they no longer do. */
    public static void setBin(int first, int pages, int bin) {
        Memory.fill(pageMap + first, pages, (byte) bin);
    }

    public static void setPagesBack(int first, int pages) {
        for (int page = 0; page < pages; page++) {
            Memory.putByte(backMap + first + page, (byte) page);
        }
    }

    public static void clearPagesBack(int first, int pages) {
        Memory.fill(backMap + first, pages, (byte) 0);
    }
}
