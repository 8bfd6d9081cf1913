package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Proves the equations of the page heap: walks the accessible pages run by run, then the lists, then the accounts. The
 * lock is held. Answers the first thing that is wrong, or null. The lock guards the only instance, so that a check makes
 * no garbage: the native core has no collector.
 */
public final class PageHeapCheck {
    private static final int DIRTY = PANAMEM_PAGE_DIRTY();
    private static final int CLEAN = PANAMEM_PAGE_CLEAN();
    private static final int POOL = PANAMEM_PAGE_POOL();
    private static final int LARGE = PANAMEM_PAGE_LARGE();

    private static final String[] DOMAIN = {" of domain 0", " of domain 1", " of domain 2"};

    private static final PageHeapCheck ONLY = new PageHeapCheck();

    private final long[] usedBytes = new long[PANAMEM_DOMAINS()];
    private final long[] largeBytes = new long[PANAMEM_DOMAINS()];
    private final long[] largeCount = new long[PANAMEM_DOMAINS()];
    private final int[] freeRuns = new int[PANAMEM_RUN_KINDS()];
    private long dirtyBytes;

    private PageHeapCheck() {}

    public static @Nullable String finding() {
        ONLY.clear();
        String finding = ONLY.runs();
        if (finding == null) {
            finding = ONLY.lists();
        }
        if (finding == null) {
            finding = ONLY.ages();
        }
        return finding != null ? finding : ONLY.accounts();
    }

    private void clear() {
        Arrays.fill(usedBytes, 0);
        Arrays.fill(largeBytes, 0);
        Arrays.fill(largeCount, 0);
        Arrays.fill(freeRuns, 0);
        dirtyBytes = 0;
    }

    // ---- Runs: the accessible arenas are divided into runs without a gap

    private @Nullable String runs() {
        int end = Arenas.endPage();
        for (int page = 0; page < Range.ARENA_PAGES; page++) {
            if (Range.bin(page) != 0) {
                return "page " + page + " of arena 0, which is never used, is in bin " + Range.bin(page);
            }
        }
        int stateBefore = 0;
        int page = Range.ARENA_PAGES;
        while (page < end) {
            long record = Range.record(page);
            int state = PageRecord.state(record);
            int pages = PageRecord.runPages(record);
            if (state < DIRTY || state > LARGE) {
                return "page " + page + " begins a run of state " + state;
            }
            if (pages <= 0 || pages > end - page) {
                return "the run at page " + page + " has " + pages + " pages, but " + (end - page) + " are left";
            }
            if (state == stateBefore && (state == DIRTY || state == CLEAN)) {
                return "the run at page " + page + " is free and so is the one before, of the same kind";
            }
            String finding =
                    state == DIRTY || state == CLEAN ? freeRun(page, pages, state) : liveRun(page, pages, state);
            if (finding != null) {
                return finding;
            }
            stateBefore = state;
            page += pages;
        }
        return page < Range.bytes() >>> Range.PAGE_SHIFT && Range.bin(page) != 0
                ? "page " + page + " is in bin " + Range.bin(page) + ", but its arena was never taken"
                : null;
    }

    private @Nullable String freeRun(int first, int pages, int state) {
        for (int page = first; page < first + pages; page++) {
            int here = PageRecord.state(Range.record(page));
            boolean edge = page == first || page == first + pages - 1;
            if (Range.bin(page) != 0 || here != (edge ? state : 0)) {
                return "page " + page + " in the free run at page " + first + " has bin " + Range.bin(page)
                        + " and state " + here;
            }
        }
        long last = Range.record(first + pages - 1);
        if (PageRecord.runPages(last) != pages) {
            return "the last page of the free run at page " + first + " says " + PageRecord.runPages(last)
                    + " pages, not " + pages;
        }
        freeRuns[state == DIRTY ? RunLists.DIRTY : RunLists.CLEAN]++;
        if (state == DIRTY) {
            dirtyBytes += Range.bytesOf(pages);
        }
        return null;
    }

    private @Nullable String liveRun(int first, int pages, int state) {
        long record = Range.record(first);
        int bin = PageRecord.bin(record);
        int domain = bin >>> PANAMEM_BIN_SHIFT();
        int classIndex = bin % PANAMEM_CLASS_SLOTS();
        if (domain >= PANAMEM_DOMAINS()
                || (state == LARGE) != (classIndex == PANAMEM_CLASS_LARGE())
                || state == POOL && (classIndex == 0 || classIndex > PANAMEM_CLASS_COUNT())) {
            return "the run at page " + first + " has state " + state + " and bin " + bin;
        }
        for (int page = first; page < first + pages; page++) {
            if (Range.bin(page) != bin) {
                return "page " + page + " has bin " + Range.bin(page) + ", its run at page " + first + " has " + bin;
            }
            if (state == POOL && Range.pagesBack(page) != page - first) {
                return "page " + page + " says its pool begins " + Range.pagesBack(page) + " pages before it, not "
                        + (page - first);
            }
        }
        usedBytes[domain] += Range.bytesOf(pages);
        if (state == LARGE) {
            if (Long.compareUnsigned(PageRecord.requestBytes(record), Range.bytesOf(pages)) > 0) {
                return "the large block at page " + first + " has " + pages + " pages for "
                        + Long.toUnsignedString(PageRecord.requestBytes(record)) + " bytes";
            }
            int flags = PageRecord.flags(record);
            if (flags != 0 && flags != PANAMEM_PAGE_READY()) {
                return "the large block at page " + first + " has flags " + flags;
            }
            largeBytes[domain] += Range.bytesOf(pages);
            largeCount[domain]++;
        }
        return null;
    }

    // ---- Lists: every free run is in the list of its kind and run class, and nothing else is

    private @Nullable String lists() {
        for (int kind = 0; kind < PANAMEM_RUN_KINDS(); kind++) {
            int listed = 0;
            for (int runClass = 0; runClass < PANAMEM_RUN_CLASSES(); runClass++) {
                if (RunLists.isMarked(kind, runClass) != (RunLists.first(kind, runClass) != 0)) {
                    return list(kind, runClass) + ": its nonempty bit is wrong";
                }
                int before = 0;
                for (int first = RunLists.first(kind, runClass); first != 0; first = next(before)) {
                    long run = Range.record(first);
                    int state = kind == RunLists.DIRTY ? DIRTY : CLEAN;
                    if (PageRecord.state(run) != state
                            || Range.bin(first) != 0
                            || RunLists.classOf(PageRecord.runPages(run)) != runClass) {
                        return list(kind, runClass) + " holds page " + first + " of state " + PageRecord.state(run)
                                + " and " + PageRecord.runPages(run) + " pages";
                    }
                    if (PageRecord.prev(run) != before || ++listed > freeRuns[kind]) {
                        return list(kind, runClass) + " is broken at page " + first;
                    }
                    before = first;
                }
            }
            if (listed != freeRuns[kind]) {
                return freeRuns[kind] + " free runs of kind " + kind + ", but " + listed + " in lists";
            }
        }
        return null;
    }

    private static String list(int kind, int runClass) {
        return "list " + runClass + " of kind " + kind;
    }

    private static int next(int first) {
        return PageRecord.next(Range.record(first));
    }

    private @Nullable String ages() {
        int listed = 0;
        int before = 0;
        for (int first = AgeList.oldest(); first != 0; first = PageRecord.newer(Range.record(first))) {
            long run = Range.record(first);
            if (PageRecord.state(run) != DIRTY || Range.bin(first) != 0) {
                return "the age list holds page " + first + " of state " + PageRecord.state(run);
            }
            if (PageRecord.older(run) != before || ++listed > freeRuns[RunLists.DIRTY]) {
                return "the age list is broken at page " + first;
            }
            before = first;
        }
        if (before != AgeList.newest() || listed != freeRuns[RunLists.DIRTY]) {
            return freeRuns[RunLists.DIRTY] + " dirty runs, but " + listed + " in the age list, which ends at page "
                    + before + ", not " + AgeList.newest();
        }
        return null;
    }

    // ---- Accounts

    /** Not the limits: one that was lowered below what is in use refuses more, and takes nothing away. */
    private @Nullable String accounts() {
        long committed = dirtyBytes;
        for (int domain = 0; domain < usedBytes.length; domain++) {
            committed += usedBytes[domain];
            String name = DOMAIN[domain];
            String finding = differs("used_bytes", name, Ledger.usedBytes(domain), usedBytes[domain]);
            if (finding == null) {
                finding = differs("large_bytes", name, Ledger.largeBytes(domain), largeBytes[domain]);
            }
            if (finding == null) {
                finding = differs("large_count", name, Ledger.largeCount(domain), largeCount[domain]);
            }
            if (finding != null) {
                return finding;
            }
        }
        String finding = differs("dirty_bytes", "", Ledger.dirtyBytes(), dirtyBytes);
        if (finding == null) {
            finding = differs("committed_bytes", "", Ledger.committedBytes(), committed);
        }
        if (finding == null && Ledger.committedPeakBytes() < committed) {
            finding = "committed_bytes are " + committed + ", beyond their peak of " + Ledger.committedPeakBytes();
        }
        return finding;
    }

    private static @Nullable String differs(String name, String owner, long said, long counted) {
        return said == counted ? null : name + owner + " says " + said + ", but the pages make " + counted;
    }
}
