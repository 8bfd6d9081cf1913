package io.github.panamem.arena;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;

/** Dirty runs, oldest first: the order in which they are purged. */
final class AgeList {
    private static final long OLDEST = panamem_heap.page_heap$offset() + panamem_page_heap.dirty_oldest$offset();
    private static final long NEWEST = panamem_heap.page_heap$offset() + panamem_page_heap.dirty_newest$offset();

    private AgeList() {}

    static int oldest() {
        return Memory.getInt(Range.heap() + OLDEST);
    }

    static int newest() {
        return Memory.getInt(Range.heap() + NEWEST);
    }

    /** The run is the newest. */
    static void append(int first, long freedNanos) {
        int older = newest();
        PageRecord.setFreedNanos(Range.record(first), freedNanos);
        setOlder(first, older);
        setNewer(first, 0);
        linkAround(first, older, 0);
    }

    static void remove(int first) {
        long run = Range.record(first);
        int older = PageRecord.older(run);
        int newer = PageRecord.newer(run);
        setOlder(first, 0);
        setNewer(first, 0);
        if (older != 0) {
            setNewer(older, newer);
        } else {
            Memory.putInt(Range.heap() + OLDEST, newer);
        }
        if (newer != 0) {
            setOlder(newer, older);
        } else {
            Memory.putInt(Range.heap() + NEWEST, older);
        }
    }

    /** Another run takes over the place and the time of one that it grew from, or is what is left of. */
    static void replace(int first, int successor) {
        if (first == successor) {
            return;
        }
        long run = Range.record(first);
        int older = PageRecord.older(run);
        int newer = PageRecord.newer(run);
        setOlder(first, 0);
        setNewer(first, 0);
        PageRecord.setFreedNanos(Range.record(successor), PageRecord.freedNanos(run));
        setOlder(successor, older);
        setNewer(successor, newer);
        linkAround(successor, older, newer);
    }

    private static void linkAround(int first, int older, int newer) {
        if (older != 0) {
            setNewer(older, first);
        } else {
            Memory.putInt(Range.heap() + OLDEST, first);
        }
        if (newer != 0) {
            setOlder(newer, first);
        } else {
            Memory.putInt(Range.heap() + NEWEST, first);
        }
    }

    private static void setOlder(int first, int page) {
        PageRecord.setOlder(Range.record(first), page);
    }

    private static void setNewer(int first, int page) {
        PageRecord.setNewer(Range.record(first), page);
    }
}
