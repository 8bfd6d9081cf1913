package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;

/**
 * Free runs and their neighbours: a run that becomes free merges with free runs of its kind on both sides, so that no
 * two of one kind are adjacent.
 *
 * <p>The page map is asked first: a record inside a pool holds bitmap, in which any state can be read.
 */
final class FreeRuns {
    private static final int STATE_DIRTY = PANAMEM_PAGE_DIRTY();
    private static final int STATE_CLEAN = PANAMEM_PAGE_CLEAN();

    private FreeRuns() {}

    /** Is the page free, and of this state, as far as the first or last page of a run can tell? */
    private static boolean isFree(int page, int state) {
        return Range.bin(page) == 0 && PageRecord.state(Range.record(page)) == state;
    }

    private static int state(int kind) {
        return kind == RunLists.DIRTY ? STATE_DIRTY : STATE_CLEAN;
    }

    /** Does a free run of this kind begin here? */
    static boolean beginsAt(int page, int kind) {
        return page < Arenas.endPage() && isFree(page, state(kind));
    }

    /** The first page of the free run of this kind that ends before this page, or 0. Arena 0 has no free run. */
    static int endingBefore(int page, int kind) {
        int last = page - 1;
        return isFree(last, state(kind)) ? page - PageRecord.runPages(Range.record(last)) : 0;
    }

    /** Where the clean run begins that ends the accessible arenas; their end when there is none. */
    static int cleanTail() {
        int end = Arenas.endPage();
        int first = endingBefore(end, RunLists.CLEAN);
        return first == 0 ? end : first;
    }

    static int pages(int first) {
        return PageRecord.runPages(Range.record(first));
    }

    static void addClean(int first, int pages) {
        int begin = first;
        int end = first + pages;
        int before = endingBefore(first, RunLists.CLEAN);
        if (before != 0) {
            RunLists.remove(before);
            begin = before;
        }
        if (beginsAt(end, RunLists.CLEAN)) {
            end += RunLists.remove(end);
        }
        RunLists.insert(begin, end - begin, RunLists.CLEAN);
    }

    /** The largest of the parts that merge decides how old the whole is. */
    static void addDirty(int first, int pages, long nowNanos) {
        int begin = first;
        int end = first + pages;
        int eldest = 0;
        int eldestPages = pages;
        int before = endingBefore(first, RunLists.DIRTY);
        if (before != 0) {
            begin = before;
            int beforePages = RunLists.remove(before);
            if (beforePages > eldestPages) {
                eldest = before;
                eldestPages = beforePages;
            } else {
                AgeList.remove(before);
            }
        }
        if (beginsAt(end, RunLists.DIRTY)) {
            int after = end;
            int afterPages = RunLists.remove(after);
            end += afterPages;
            if (afterPages > eldestPages) {
                if (eldest != 0) {
                    AgeList.remove(eldest);
                }
                eldest = after;
            } else {
                AgeList.remove(after);
            }
        }
        if (eldest != 0) {
            AgeList.replace(eldest, begin);
        } else {
            AgeList.append(begin, nowNanos);
        }
        RunLists.insert(begin, end - begin, RunLists.DIRTY);
    }

    /** Takes the first pages of a free run for a domain; what is left of it keeps its kind and age. */
    static void carve(int first, int pages, int domain) {
        int kind = RunLists.kind(Range.record(first));
        int left = RunLists.remove(first) - pages;
        if (kind == RunLists.DIRTY) {
            if (left > 0) {
                AgeList.replace(first, first + pages);
            } else {
                AgeList.remove(first);
            }
            Ledger.dirtyBecameUsed(domain, Range.bytesOf(pages));
        } else {
            Ledger.cleanBecameUsed(domain, Range.bytesOf(pages));
        }
        if (left > 0) {
            RunLists.insert(first + pages, left, kind);
        }
    }
}
