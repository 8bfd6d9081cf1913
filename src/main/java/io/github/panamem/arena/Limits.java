package io.github.panamem.arena;

import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;

/**
 * The limits, in our own committed bytes. All ones means none, and compares as such.
 *
 * <pre>
 *   committed_bytes ≤ limit_bytes        used_bytes[d] ≤ domain_limit_bytes[d]
 * </pre>
 */
final class Limits {
    private Limits() {}

    private static boolean within(long bytes, long limitBytes) {
        return Long.compareUnsigned(bytes, limitBytes) <= 0;
    }

    static boolean domainAllows(int domain, long moreBytes) {
        return within(Ledger.usedBytes(domain) + moreBytes, Ledger.domainLimitBytes(domain));
    }

    /** May so many clean bytes become used? Purges dirty runs where that makes room. */
    static boolean makeRoom(long moreBytes) {
        long wanted = Ledger.committedBytes() + moreBytes;
        long limit = Ledger.limitBytes();
        if (within(wanted, limit)) {
            return true;
        }
        Purge.downTo(Math.max(0, Ledger.dirtyBytes() - (wanted - limit)));
        return within(Ledger.committedBytes() + moreBytes, limit);
    }

    /** Read afresh each time: a limit that is set after the range was reserved would otherwise never be felt. */
    static boolean addressSpaceAllows(long moreBytes) {
        return Ledger.committedBytes() + moreBytes <= Os.addressSpaceLimitBytes();
    }

    /** A length that the range could hold at all. */
    static boolean fitsRange(long pages) {
        return Long.compareUnsigned(pages, Range.bytes() >>> Range.PAGE_SHIFT) < 0;
    }
}
