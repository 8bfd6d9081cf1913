package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;

/**
 * Free runs by kind and length: for each kind one list per run class, and a bit per list that is not empty.
 *
 * <p>A run class above PANAMEM_RUN_EXACT holds runs of different lengths, so a list is searched only where a run in it
 * may be too short.
 */
public final class RunLists {
    public static final int DIRTY = PANAMEM_RUN_DIRTY();
    public static final int CLEAN = PANAMEM_RUN_CLEAN();

    private static final int STATE_DIRTY = PANAMEM_PAGE_DIRTY();
    private static final int STATE_CLEAN = PANAMEM_PAGE_CLEAN();
    private static final int STATE_INSIDE = PANAMEM_PAGE_INSIDE();

    private static final int CLASSES = PANAMEM_RUN_CLASSES();
    private static final int EXACT = PANAMEM_RUN_EXACT();
    private static final int EXACT_SHIFT = Integer.numberOfTrailingZeros(EXACT);
    private static final int WORD_SHIFT = 6;
    private static final int WORDS = PANAMEM_RUN_WORDS();

    private static final long LISTS = panamem_heap.page_heap$offset() + panamem_page_heap.runs$offset();
    private static final long NONEMPTY = panamem_heap.page_heap$offset() + panamem_page_heap.nonempty$offset();

    /** How many runs of the first list that may serve are looked at before a longer run is cut. */
    private static final int LOOKS = 16;

    private RunLists() {}

    /** The run class of a length in pages. */
    static int classOf(int pages) {
        if (pages <= EXACT) {
            return pages - 1;
        }
        int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(pages);
        return EXACT + (log2 - EXACT_SHIFT) * 4 + (pages >>> (log2 - 2) & 3);
    }

    private static long head(int kind, int runClass) {
        return Range.heap() + LISTS + ((long) kind * CLASSES + runClass) * Integer.BYTES;
    }

    private static long nonempty(int kind, int word) {
        return Range.heap() + NONEMPTY + ((long) kind * WORDS + word) * Long.BYTES;
    }

    static int first(int kind, int runClass) {
        return Memory.getInt(head(kind, runClass));
    }

    static boolean isMarked(int kind, int runClass) {
        return (Memory.getLong(nonempty(kind, runClass >>> WORD_SHIFT)) >>> runClass & 1) != 0;
    }

    /** The kind of the free run whose first or last record this is. */
    static int kind(long record) {
        return PageRecord.state(record) == STATE_DIRTY ? DIRTY : CLEAN;
    }

    /** Makes a free run of these pages and links it; a dirty run's age is the caller's business. */
    static void insert(int first, int pages, int kind) {
        int state = kind == DIRTY ? STATE_DIRTY : STATE_CLEAN;
        long last = Range.record(first + pages - 1);
        PageRecord.setState(last, state);
        PageRecord.setRunPages(last, pages);
        long run = Range.record(first);
        PageRecord.setState(run, state);
        PageRecord.setRunPages(run, pages);
        int runClass = classOf(pages);
        long head = head(kind, runClass);
        int next = Memory.getInt(head);
        PageRecord.setPrev(run, 0);
        PageRecord.setNext(run, next);
        if (next != 0) {
            PageRecord.setPrev(Range.record(next), first);
        }
        Memory.putInt(head, first);
        long word = nonempty(kind, runClass >>> WORD_SHIFT);
        Memory.putLong(word, Memory.getLong(word) | 1L << runClass);
    }

    /** Unlinks a free run; its pages are inside nothing then. Answers its length in pages. */
    static int remove(int first) {
        long run = Range.record(first);
        int pages = PageRecord.runPages(run);
        int kind = kind(run);
        int next = PageRecord.next(run);
        int prev = PageRecord.prev(run);
        if (next != 0) {
            PageRecord.setPrev(Range.record(next), prev);
        }
        if (prev != 0) {
            PageRecord.setNext(Range.record(prev), next);
        } else {
            int runClass = classOf(pages);
            Memory.putInt(head(kind, runClass), next);
            if (next == 0) {
                long word = nonempty(kind, runClass >>> WORD_SHIFT);
                Memory.putLong(word, Memory.getLong(word) & ~(1L << runClass));
            }
        }
        PageRecord.setNext(run, 0);
        PageRecord.setPrev(run, 0);
        PageRecord.setState(run, STATE_INSIDE);
        PageRecord.setState(Range.record(first + pages - 1), STATE_INSIDE);
        return pages;
    }

    /** A free run of at least so many pages, close to that length; 0 when there is none at hand. */
    static int find(int kind, int pages) {
        int own = classOf(pages);
        int first = search(kind, own, pages, LOOKS);
        return first != 0 ? first : firstAbove(kind, own);
    }

    /** As find, but leaves no run out: for the time before a refusal. */
    static int findAny(int kind, int pages) {
        int first = find(kind, pages);
        return first != 0 ? first : search(kind, classOf(pages), pages, Integer.MAX_VALUE);
    }

    private static int search(int kind, int runClass, int pages, int looks) {
        int first = first(kind, runClass);
        for (int left = looks; first != 0 && left > 0; left--) {
            long run = Range.record(first);
            if (PageRecord.runPages(run) >= pages) {
                return first;
            }
            first = PageRecord.next(run);
        }
        return 0;
    }

    /** The first run of the first list beyond this class. */
    private static int firstAbove(int kind, int runClass) {
        int from = runClass + 1;
        if (from == CLASSES) {
            return 0;
        }
        int word = from >>> WORD_SHIFT;
        long bits = Memory.getLong(nonempty(kind, word)) & -1L << from;
        while (bits == 0) {
            if (++word == WORDS) {
                return 0;
            }
            bits = Memory.getLong(nonempty(kind, word));
        }
        return first(kind, (word << WORD_SHIFT) + Long.numberOfTrailingZeros(bits));
    }
}
