package io.github.panamem.arena;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;

/** The range becomes accessible in whole arenas, in order; each reads as zero until it is used. */
public final class Arenas {
    private static final long TAKEN = panamem_heap.page_heap$offset() + panamem_page_heap.arenas_taken$offset();
    private static final long MOST = panamem_heap.page_heap$offset() + panamem_page_heap.arenas_most$offset();

    private Arenas() {}

    /** Index of the first arena that was never taken. */
    public static int taken() {
        return Memory.getInt(Range.heap() + TAKEN);
    }

    public static int most() {
        return Memory.getInt(Range.heap() + MOST);
    }

    /** The page after the last accessible one. */
    static int endPage() {
        return taken() * Range.ARENA_PAGES;
    }

    /** Takes arenas until a clean run of at least so many pages ends the accessible ones. False when refused. */
    static boolean extend(int pages) {
        int end = endPage();
        int missing = pages - (end - FreeRuns.cleanTail());
        if (missing <= 0) {
            return true;
        }
        int arenas = (int) (((long) missing + Range.ARENA_PAGES - 1) / Range.ARENA_PAGES);
        int taken = taken();
        if (arenas > most() - taken
                || !Limits.addressSpaceAllows(Range.bytesOf(pages))
                || !Os.commit(Range.address(end), Range.bytesOf((long) arenas * Range.ARENA_PAGES))) {
            return false;
        }
        Memory.putInt(Range.heap() + TAKEN, taken + arenas);
        FreeRuns.addClean(end, arenas * Range.ARENA_PAGES);
        return true;
    }
}
