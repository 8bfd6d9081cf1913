package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Lock;

/**
 * Hands out runs of pages: dirty ones first, since they are paid for, then clean ones, then fresh arenas.
 *
 * <p>Every method below the lock's own two expects the lock to be held. A run that was taken speaks for itself before the
 * lock is left: its page map and its first record's state, bin and length are set.
 */
public final class PageHeap {
    /** Set in the answer of take when all of the run reads as zero; the rest is its first page. */
    public static final long ZEROED = 1L << Integer.SIZE;

    /** A block is moved where that copies at most so many pages for each clean one that nobody touches then: an estimate. */
    private static final int COPIES_PER_FAULT = 4;

    private static final int STATE_POOL = PANAMEM_PAGE_POOL();
    private static final int STATE_LARGE = PANAMEM_PAGE_LARGE();
    private static final int STATE_INSIDE = PANAMEM_PAGE_INSIDE();
    private static final int CLASS_LARGE = PANAMEM_CLASS_LARGE();
    private static final int CLASS_MASK = PANAMEM_CLASS_SLOTS() - 1;
    private static final int BIN_SHIFT = PANAMEM_BIN_SHIFT();
    private static final long LOCK = panamem_heap.page_heap$offset() + panamem_page_heap.lock$offset();

    private PageHeap() {}

    public static void lock() {
        Lock.acquire(Range.heap() + LOCK);
    }

    public static void unlock() {
        Lock.release(Range.heap() + LOCK);
    }

    /**
     * Takes a run of so many pages for a bin; 0 when a limit, the OS or the end of the range refuses.
     *
     * @param room pages that would be welcome in one piece, for a block that will grow; at least pages
     */
    public static long take(long pages, long room, int bin) {
        int domain = bin >>> BIN_SHIFT;
        if (!Limits.fitsRange(pages)) {
            Ledger.refusedByOs();
            return 0;
        }
        int count = (int) pages;
        long bytes = Range.bytesOf(pages);
        if (!Limits.domainAllows(domain, bytes)) {
            Ledger.refusedByLimit();
            return 0;
        }
        int welcome = Limits.fitsRange(room) ? (int) room : count;
        int first = RunLists.find(RunLists.DIRTY, welcome);
        if (first == 0 && welcome > count) {
            first = RunLists.find(RunLists.DIRTY, count);
        }
        long zeroed = 0;
        if (first == 0) {
            if (!Limits.makeRoom(bytes)) {
                Ledger.refusedByLimit();
                return 0;
            }
            first = findClean(count, welcome);
            if (first == 0) {
                Ledger.refusedByOs();
                return 0;
            }
            zeroed = ZEROED;
        }
        FreeRuns.carve(first, count, domain);
        claim(first, count, bin);
        if (zeroed != 0) {
            Purge.inExchange(bytes);
        }
        if (isLarge(bin)) {
            Ledger.largeTaken(domain, bytes);
        }
        return first | zeroed;
    }

    private static int findClean(int pages, int room) {
        int first = RunLists.find(RunLists.CLEAN, room);
        if (first == 0 && Arenas.extend(room)) {
            first = RunLists.find(RunLists.CLEAN, room);
        }
        if (first == 0 && room > pages) {
            first = RunLists.find(RunLists.CLEAN, pages);
            if (first == 0 && Arenas.extend(pages)) {
                first = RunLists.find(RunLists.CLEAN, pages);
            }
        }
        if (first == 0) {
            first = RunLists.findAny(RunLists.CLEAN, pages);
        }
        if (first == 0 && Purge.downTo(0) > 0) {
            first = RunLists.findAny(RunLists.CLEAN, pages);
            if (first == 0 && Arenas.extend(pages)) {
                first = RunLists.findAny(RunLists.CLEAN, pages);
            }
        }
        return first;
    }

    private static boolean isLarge(int bin) {
        return (bin & CLASS_MASK) == CLASS_LARGE;
    }

    private static void claim(int first, int pages, int bin) {
        boolean large = isLarge(bin);
        Range.setBin(first, pages, bin);
        if (!large) {
            Range.setPagesBack(first, pages);
        }
        long run = Range.record(first);
        PageRecord.setBin(run, bin);
        PageRecord.setRunPages(run, pages);
        PageRecord.setState(run, large ? STATE_LARGE : STATE_POOL);
    }

    /** Gives a run back. */
    public static void give(int first, long nowNanos) {
        long run = Range.record(first);
        int pages = PageRecord.runPages(run);
        int bin = PageRecord.bin(run);
        if (isLarge(bin)) {
            PageRecord.setRequestBytes(run, 0);
            Ledger.largeGiven(bin >>> BIN_SHIFT, Range.bytesOf(pages));
        } else {
            Range.clearPagesBack(first, pages);
        }
        PageRecord.setState(run, STATE_INSIDE);
        PageRecord.setBin(run, 0);
        release(first, pages, bin >>> BIN_SHIFT, nowNanos);
    }

    /** Gives the end of a large block's run back, which keeps its first pages. */
    public static void shrink(int first, int pages, long nowNanos) {
        long run = Range.record(first);
        int domain = PageRecord.bin(run) >>> BIN_SHIFT;
        int less = PageRecord.runPages(run) - pages;
        PageRecord.setRunPages(run, pages);
        Ledger.largeResized(domain, -Range.bytesOf(less));
        release(first + pages, less, domain, nowNanos);
    }

    private static void release(int first, int pages, int domain, long nowNanos) {
        Range.setBin(first, pages, 0);
        Ledger.usedBecameDirty(domain, Range.bytesOf(pages));
        FreeRuns.addDirty(first, pages, nowNanos);
        Purge.byPolicy(nowNanos);
    }

    /** Lengthens a large block's run where the pages behind it are free. False when they are not, or a limit forbids it. */
    public static boolean growInPlace(int first, long pages) {
        long run = Range.record(first);
        int bin = PageRecord.bin(run);
        int domain = bin >>> BIN_SHIFT;
        int end = first + PageRecord.runPages(run);
        long missing = first + pages - end;
        if (!Limits.fitsRange(pages)
                || !Limits.domainAllows(domain, Range.bytesOf(missing))
                || !hasRoomBehind(end, (int) missing)) {
            return false;
        }
        long cleanBytes = Range.bytesOf(missing - dirtyBehind(end, (int) missing));
        int left = (int) missing;
        for (int page = end; left > 0; ) {
            int taken = Math.min(left, FreeRuns.pages(page));
            FreeRuns.carve(page, taken, domain);
            page += taken;
            left -= taken;
        }
        Range.setBin(end, (int) missing, bin);
        PageRecord.setRunPages(run, (int) pages);
        Ledger.largeResized(domain, Range.bytesOf(missing));
        Purge.inExchange(cleanBytes);
        return true;
    }

    /** Is there a dirty run of so many pages? */
    public static boolean hasDirty(long pages) {
        return Limits.fitsRange(pages) && RunLists.find(RunLists.DIRTY, (int) pages) != 0;
    }

    /**
     * Should a large block that must grow to so many pages move instead? Yes when the dirty pages behind it do not suffice, a
     * dirty run would hold all of it, and copying it costs no more than touching the clean pages.
     */
    public static boolean isBetterMoved(int first, long pages) {
        long run = Range.record(first);
        int runPages = PageRecord.runPages(run);
        int end = first + runPages;
        int dirty = FreeRuns.beginsAt(end, RunLists.DIRTY) ? FreeRuns.pages(end) : 0;
        long clean = pages - runPages - dirty;
        return clean > 0
                && runPages <= COPIES_PER_FAULT * clean
                && Limits.domainAllows(PageRecord.bin(run) >>> BIN_SHIFT, Range.bytesOf(pages))
                && hasDirty(pages);
    }

    /** Are so many pages free from here on, and within the limit? A purge for the limit may change them: look again. */
    private static boolean hasRoomBehind(int page, int pages) {
        for (; ; ) {
            long committedBytes = Ledger.committedBytes();
            if (!isFreeBehind(page, pages) || !Limits.makeRoom(Range.bytesOf(pages - dirtyBehind(page, pages)))) {
                return false;
            }
            if (Ledger.committedBytes() == committedBytes) {
                return true;
            }
        }
    }

    /** Are so many pages free from here on? Takes fresh arenas where the accessible ones end. */
    private static boolean isFreeBehind(int page, int pages) {
        int end = page + pages;
        int at = page;
        while (at < end) {
            if (FreeRuns.beginsAt(at, RunLists.DIRTY) || FreeRuns.beginsAt(at, RunLists.CLEAN)) {
                at += FreeRuns.pages(at);
            } else if (at == Arenas.endPage() && Arenas.extend(end - FreeRuns.cleanTail())) {
                at = page;
            } else {
                return false;
            }
        }
        return true;
    }

    /** How many of the free pages from here on are dirty. */
    private static int dirtyBehind(int page, int pages) {
        int dirty = 0;
        int end = page + pages;
        for (int at = page; at < end; at += FreeRuns.pages(at)) {
            if (FreeRuns.beginsAt(at, RunLists.DIRTY)) {
                dirty += Math.min(FreeRuns.pages(at), end - at);
            }
        }
        return dirty;
    }

    /** Purges the oldest dirty runs until at most so many dirty bytes are left. Answers the bytes given to the OS. */
    public static long purge(long keepBytes) {
        return Purge.downTo(keepBytes < 0 ? Long.MAX_VALUE : keepBytes);
    }
}
