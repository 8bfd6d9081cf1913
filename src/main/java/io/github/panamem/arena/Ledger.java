package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;

/**
 * The page heap's accounts. Bytes move between clean, used and dirty; each move is one method, so that always
 *
 * <pre>
 *   committed_bytes = Σ used_bytes + dirty_bytes
 * </pre>
 *
 * <p>Changed under the page heap's lock; readers without it see each number whole.
 */
public final class Ledger {
    private static final long LIMIT = at(panamem_page_heap.limit_bytes$offset());
    private static final long DOMAIN_LIMITS = at(panamem_page_heap.domain_limit_bytes$offset());
    private static final long DIRTY_CAP = at(panamem_page_heap.dirty_cap_bytes$offset());
    private static final long DIRTY_FOLLOWS_USE = at(panamem_page_heap.dirty_follows_use$offset());
    private static final long PURGE_BUDGET = at(panamem_page_heap.purge_budget_bytes$offset());
    private static final long PURGE_BUDGET_NANOS = at(panamem_page_heap.purge_budget_nanos$offset());
    private static final long DECAY = at(panamem_page_heap.decay_nanos$offset());
    private static final long COMMITTED = at(panamem_page_heap.committed_bytes$offset());
    private static final long DIRTY = at(panamem_page_heap.dirty_bytes$offset());
    private static final long USED = at(panamem_page_heap.used_bytes$offset());
    private static final long COMMITTED_PEAK = at(panamem_page_heap.committed_peak_bytes$offset());
    private static final long COMMITTED_TOTAL = at(panamem_page_heap.committed_total_bytes$offset());
    private static final long PURGED_TOTAL = at(panamem_page_heap.purged_total_bytes$offset());
    private static final long REFUSED_LIMIT = at(panamem_page_heap.refused_limit$offset());
    private static final long REFUSED_OS = at(panamem_page_heap.refused_os$offset());
    private static final long LARGE_COUNT = at(panamem_page_heap.large_count$offset());
    private static final long LARGE_BYTES = at(panamem_page_heap.large_bytes$offset());
    private static final long LARGE_PEAK = at(panamem_page_heap.large_peak_bytes$offset());
    private static final long LARGE_TOTAL = at(panamem_page_heap.large_total$offset());

    private Ledger() {}

    private static long at(long field) {
        return panamem_heap.page_heap$offset() + field;
    }

    private static long get(long field) {
        return Memory.getLong(Range.heap() + field);
    }

    private static void add(long field, long amount) {
        long address = Range.heap() + field;
        Memory.putLong(address, Memory.getLong(address) + amount);
    }

    private static void raise(long peak, long value) {
        long address = Range.heap() + peak;
        if (value > Memory.getLong(address)) {
            Memory.putLong(address, value);
        }
    }

    private static long of(long perDomain, int domain) {
        return perDomain + (long) domain * Long.BYTES;
    }

    // ---- Moves

    static void cleanBecameUsed(int domain, long bytes) {
        add(COMMITTED, bytes);
        add(COMMITTED_TOTAL, bytes);
        add(of(USED, domain), bytes);
        raise(COMMITTED_PEAK, get(COMMITTED));
    }

    static void dirtyBecameUsed(int domain, long bytes) {
        add(DIRTY, -bytes);
        add(of(USED, domain), bytes);
    }

    static void usedBecameDirty(int domain, long bytes) {
        add(of(USED, domain), -bytes);
        add(DIRTY, bytes);
    }

    static void dirtyBecameClean(long bytes) {
        add(DIRTY, -bytes);
        add(COMMITTED, -bytes);
        add(PURGED_TOTAL, bytes);
    }

    static void refusedByLimit() {
        add(REFUSED_LIMIT, 1);
    }

    static void refusedByOs() {
        add(REFUSED_OS, 1);
    }

    // ---- Large blocks

    /** A large block of so many bytes, in whole pages, was handed out. */
    static void largeTaken(int domain, long bytes) {
        add(of(LARGE_COUNT, domain), 1);
        add(of(LARGE_TOTAL, domain), 1);
        largeResized(domain, bytes);
    }

    static void largeGiven(int domain, long bytes) {
        add(of(LARGE_COUNT, domain), -1);
        add(of(LARGE_BYTES, domain), -bytes);
    }

    /** A large block grew by so many bytes in place, or shrank when they are negative. */
    static void largeResized(int domain, long moreBytes) {
        add(of(LARGE_BYTES, domain), moreBytes);
        raise(of(LARGE_PEAK, domain), get(of(LARGE_BYTES, domain)));
    }

    // ---- Readings

    public static long limitBytes() {
        return get(LIMIT);
    }

    public static long domainLimitBytes(int domain) {
        return get(of(DOMAIN_LIMITS, domain));
    }

    /** How many dirty bytes may wait just now. */
    public static long dirtyCapBytes() {
        long capBytes = get(DIRTY_CAP);
        return dirtyFollowsUse() ? Math.max(capBytes, inUseBytes()) : capBytes;
    }

    static boolean dirtyFollowsUse() {
        return Memory.getInt(Range.heap() + DIRTY_FOLLOWS_USE) != 0;
    }

    static long inUseBytes() {
        return get(COMMITTED) - get(DIRTY);
    }

    static long purgeBudgetBytes() {
        return get(PURGE_BUDGET);
    }

    static long purgeBudgetNanos() {
        return get(PURGE_BUDGET_NANOS);
    }

    static void setPurgeBudget(long bytes, long nowNanos) {
        Memory.putLong(Range.heap() + PURGE_BUDGET, bytes);
        Memory.putLong(Range.heap() + PURGE_BUDGET_NANOS, nowNanos);
    }

    public static long decayNanos() {
        return get(DECAY);
    }

    public static long committedBytes() {
        return get(COMMITTED);
    }

    public static long committedPeakBytes() {
        return get(COMMITTED_PEAK);
    }

    public static long committedTotalBytes() {
        return get(COMMITTED_TOTAL);
    }

    public static long purgedTotalBytes() {
        return get(PURGED_TOTAL);
    }

    public static long dirtyBytes() {
        return get(DIRTY);
    }

    public static long usedBytes(int domain) {
        return get(of(USED, domain));
    }

    /** Bytes of pools and large blocks of all domains. */
    public static long usedBytes() {
        long bytes = 0;
        for (int domain = 0; domain < PANAMEM_DOMAINS(); domain++) {
            bytes += usedBytes(domain);
        }
        return bytes;
    }

    public static long refusedByLimitCount() {
        return get(REFUSED_LIMIT);
    }

    public static long refusedByOsCount() {
        return get(REFUSED_OS);
    }

    public static long largeCount(int domain) {
        return get(of(LARGE_COUNT, domain));
    }

    public static long largeBytes(int domain) {
        return get(of(LARGE_BYTES, domain));
    }

    public static long largePeakBytes(int domain) {
        return get(of(LARGE_PEAK, domain));
    }

    public static long largeTotal(int domain) {
        return get(of(LARGE_TOTAL, domain));
    }
}
