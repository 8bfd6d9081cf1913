package io.github.panamem.arena;

import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;

/**
 * What goes back to the operating system, and when: dirty runs older than the decay, the oldest ones beyond the dirty
 * cap, and, on a budget, as many as clean pages were taken. A dirty run that is purged becomes clean.
 *
 * <p>The OS may refuse (locked memory): the run stays dirty and the purge ends.
 */
final class Purge {
    private static final long BUDGET_BYTES_PER_SECOND = 32 << 20;
    private static final long BUDGET_MOST_BYTES = 8 << 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private Purge() {}

    /** After a run was freed. */
    static void byPolicy(long nowNanos) {
        olderThan(nowNanos);
        if (Long.compareUnsigned(Ledger.dirtyBytes(), Ledger.dirtyCapBytes()) > 0) {
            downTo(Ledger.dirtyCapBytes());
        }
        Ledger.setPurgeBudget(budgetBytes(nowNanos), nowNanos);
    }

    private static long budgetBytes(long nowNanos) {
        long nanos = Math.clamp(nowNanos - Ledger.purgeBudgetNanos(), 0, NANOS_PER_SECOND);
        long earnedBytes = nanos * BUDGET_BYTES_PER_SECOND / NANOS_PER_SECOND;
        return Math.min(Ledger.purgeBudgetBytes() + earnedBytes, BUDGET_MOST_BYTES);
    }

    /**
     * After clean pages were taken, because no dirty run would do: as many dirty ones go back, so that the process does not
     * grow by what lies in pieces. The page faults that this costs are kept to a few percent of the time by a budget.
     */
    static void inExchange(long cleanBytes) {
        long budgetBytes = Ledger.purgeBudgetBytes();
        if (Ledger.dirtyFollowsUse() && budgetBytes > 0) {
            long keepBytes = Ledger.dirtyBytes() - Math.min(cleanBytes, budgetBytes);
            Ledger.setPurgeBudget(budgetBytes - downTo(Math.max(keepBytes, 0)), Ledger.purgeBudgetNanos());
        }
    }

    private static void olderThan(long nowNanos) {
        long decayNanos = Ledger.decayNanos();
        for (int first = AgeList.oldest(); first != 0; first = AgeList.oldest()) {
            long ageNanos = nowNanos - PageRecord.freedNanos(Range.record(first));
            boolean old = ageNanos > 0 && Long.compareUnsigned(ageNanos, decayNanos) > 0;
            if (!old || !discard(first, FreeRuns.pages(first))) {
                return;
            }
        }
    }

    /** Purges the oldest runs until at most so many dirty bytes are left. Answers the bytes purged. */
    static long downTo(long keepBytes) {
        long before = Ledger.dirtyBytes();
        for (int first = AgeList.oldest(); first != 0; first = AgeList.oldest()) {
            long excess = Ledger.dirtyBytes() - keepBytes;
            if (excess <= 0 || !discard(first, pagesFor(excess, FreeRuns.pages(first)))) {
                break;
            }
        }
        return before - Ledger.dirtyBytes();
    }

    /** A long run is cut rather than lost to a small excess, but by whole arenas: each purge costs a system call. */
    private static int pagesFor(long excessBytes, int runPages) {
        long pages = (Range.pagesFor(excessBytes) + Range.ARENA_PAGES - 1) / Range.ARENA_PAGES * Range.ARENA_PAGES;
        return (int) Math.min(pages, runPages);
    }

    /** Purges the last pages of a dirty run. */
    private static boolean discard(int first, int pages) {
        int left = FreeRuns.pages(first) - pages;
        if (!Os.discard(Range.address(first + left), Range.bytesOf(pages))) {
            return false;
        }
        RunLists.remove(first);
        if (left > 0) {
            RunLists.insert(first, left, RunLists.DIRTY);
        } else {
            AgeList.remove(first);
        }
        FreeRuns.addClean(first + left, pages);
        Ledger.dirtyBecameClean(Range.bytesOf(pages));
        return true;
    }
}
