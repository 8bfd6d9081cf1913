package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_class;
import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_magazine;
import io.github.panamem.abi.panamem_page;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.abi.panamem_thread;
import io.github.panamem.memory.Memory;

/**
 * A heap of one arena and one thread, for a rehearsal: the process's own heap counts none of it.
 *
 * <p>Its only arena is the real range's arena 0, which no heap ever uses, because page 0 means "none".
 *
 * <pre>
 *   real range               ├ arena 0 (never used) ┼ arena 1 ┼ …
 *   the stage's   ├ arena 0 ┼ arena 1 ┤
 * </pre>
 */
final class Stage {
    private static final int ARENAS = 2;
    private static final int PAGES = ARENAS * PANAMEM_ARENA_PAGES();
    /** Blocks that the open magazine holds. */
    static final int SLOTS = 7;

    private Stage() {}

    /** Builds it beside the real heap, whose range and size classes it borrows; answers its address. */
    static long build(long realHeap) {
        long heap = allocate(panamem_heap.sizeof());
        Memory.copy(realHeap, heap, panamem_heap.page_map$offset());
        Memory.copy(
                realHeap + panamem_heap.classes$offset(),
                heap + panamem_heap.classes$offset(),
                PANAMEM_CLASS_SLOTS() * panamem_class.sizeof());
        long realBase = Memory.getLong(realHeap + panamem_heap.range_base$offset());
        Memory.putLong(heap + panamem_heap.range_base$offset(), realBase - PANAMEM_ARENA_BYTES());
        Memory.putLong(heap + panamem_heap.range_bytes$offset(), (long) ARENAS * PANAMEM_ARENA_BYTES());
        Memory.putLong(heap + panamem_heap.page_map$offset(), allocate(PAGES));
        Memory.putLong(heap + panamem_heap.back_map$offset(), allocate(PAGES));
        Memory.putLong(heap + panamem_heap.records$offset(), allocate(PAGES * panamem_page.sizeof()));
        buildPageHeap(heap + panamem_heap.page_heap$offset());
        return heap;
    }

    private static void buildPageHeap(long pageHeap) {
        Memory.putInt(pageHeap + panamem_page_heap.arenas_taken$offset(), 1);
        Memory.putInt(pageHeap + panamem_page_heap.arenas_most$offset(), ARENAS);
        Memory.putLong(pageHeap + panamem_page_heap.limit_bytes$offset(), -1);
        for (int domain = 0; domain < PANAMEM_DOMAINS(); domain++) {
            Memory.putLong(pageHeap + panamem_page_heap.domain_limit_bytes$offset() + (long) domain * Long.BYTES, -1);
        }
        Memory.putLong(pageHeap + panamem_page_heap.dirty_cap_bytes$offset(), Long.MAX_VALUE);
        Memory.putLong(pageHeap + panamem_page_heap.decay_nanos$offset(), Long.MAX_VALUE);
    }

    /** A thread all of whose magazines are shut but the one of openBin. Answers its address. */
    static long thread(int openBin) {
        long thread = allocate(panamem_thread.sizeof());
        long shut = allocate(Long.BYTES);
        for (int bin = 0; bin < PANAMEM_MAGAZINES(); bin++) {
            setMagazine(thread, bin, shut, shut);
        }
        long slots = allocate((SLOTS + 1L) * Long.BYTES);
        setMagazine(thread, openBin, slots, slots + (long) SLOTS * Long.BYTES);
        return thread;
    }

    /** What C does after a flush of all that a magazine held. */
    static void emptyMagazine(long thread, int bin) {
        long magazine = thread + panamem_thread.magazines$offset() + bin * panamem_magazine.sizeof();
        Memory.putLong(
                magazine + panamem_magazine.top$offset(), Memory.getLong(magazine + panamem_magazine.base$offset()));
    }

    /** What C finds after a refill of an empty magazine: the block in slot index. */
    static long readyBlock(long thread, int bin, int index) {
        long magazine = thread + panamem_thread.magazines$offset() + bin * panamem_magazine.sizeof();
        return Memory.getLong(Memory.getLong(magazine + panamem_magazine.base$offset()) + (index + 1L) * Long.BYTES);
    }

    /** What C does before a flush: the block stands alone in the magazine. */
    static void fillMagazine(long thread, int bin, long block) {
        long magazine = thread + panamem_thread.magazines$offset() + bin * panamem_magazine.sizeof();
        long slot = Memory.getLong(magazine + panamem_magazine.base$offset()) + Long.BYTES;
        Memory.putLong(slot, block);
        Memory.putLong(magazine + panamem_magazine.top$offset(), slot);
    }

    private static void setMagazine(long thread, int bin, long base, long limit) {
        long magazine = thread + panamem_thread.magazines$offset() + (long) bin * panamem_magazine.sizeof();
        Memory.putLong(magazine + panamem_magazine.top$offset(), base);
        Memory.putLong(magazine + panamem_magazine.base$offset(), base);
        Memory.putLong(magazine + panamem_magazine.limit$offset(), limit);
    }

    private static long allocate(long bytes) {
        return java.lang.foreign.Arena.global().allocate(bytes, Long.BYTES).address();
    }
}
