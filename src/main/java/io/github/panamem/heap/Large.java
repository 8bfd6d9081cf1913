package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.arena.Ledger;
import io.github.panamem.arena.PageHeap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;
import io.github.panamem.sizeclass.SizeClass;

/**
 * Large blocks: each is a run of pages of its own, and grows and shrinks in place where it can.
 *
 * <pre>
 *   page_map[i] = domain << 6 | PANAMEM_CLASS_LARGE, for every page i of the run;  request_bytes fits the run
 * </pre>
 */
final class Large {
    private static final long NO_LIMIT = -1;
    private static final long SPARE_BYTES = 1 << 20;
    private static final int SPARE_PARTS = 4;
    private static final int STATE_LARGE = PANAMEM_PAGE_LARGE();

    private Large() {}

    /** A block of so many bytes, or 0. room: bytes that the block is expected to grow to. */
    static long take(int domain, long bytes, long roomBytes, boolean zeroed) {
        int bin = BinRecord.of(domain, SizeClass.LARGE);
        PageHeap.lock();
        long run = PageHeap.take(pagesFor(domain, bytes, roomBytes > bytes), Range.pagesFor(roomBytes), bin);
        if (run == 0) {
            PageHeap.unlock();
            return 0;
        }
        PageRecord.setRequestBytes(Range.record((int) run), bytes);
        PageHeap.unlock();
        long block = Range.address((int) run);
        if (zeroed && (run & PageHeap.ZEROED) == 0) {
            Memory.zero(block, bytes);
        }
        return block;
    }

    /** Is no dirty run long enough for such a block? */
    static boolean needsClean(int domain, long bytes, long roomBytes) {
        PageHeap.lock();
        boolean clean = !PageHeap.hasDirty(pagesFor(domain, bytes, roomBytes > bytes));
        PageHeap.unlock();
        return clean;
    }

    /**
     * Pages of a block's run. One that grows will grow again: it is given as much more, or a quarter when it is long, so
     * that it need not move each time. What it never touches costs no memory; where a limit would count it, nothing is
     * given.
     */
    private static long pagesFor(int domain, long bytes, boolean grows) {
        boolean spare = grows && Ledger.limitBytes() == NO_LIMIT && Ledger.domainLimitBytes(domain) == NO_LIMIT;
        long spareBytes = Math.max(Math.min(bytes, SPARE_BYTES), bytes / SPARE_PARTS);
        return Range.pagesFor(spare ? bytes + spareBytes : bytes);
    }

    /** False when no live large block begins there. */
    static boolean give(long block) {
        int first = Range.page(block);
        PageHeap.lock();
        boolean live = isBlock(block, first);
        if (live) {
            PageHeap.give(first, Os.monotonicNanos());
        }
        PageHeap.unlock();
        return live;
    }

    /** Makes the block hold so many bytes where it is; false when that cannot be, or it is no live block. */
    static boolean resize(long block, long bytes) {
        int first = Range.page(block);
        long record = Range.record(first);
        long pages = Range.pagesFor(bytes);
        int domain = BinRecord.domain(Range.bin(first));
        PageHeap.lock();
        boolean resized = isBlock(block, first);
        if (resized) {
            int runPages = PageRecord.runPages(record);
            if (pages < runPages) {
                PageHeap.shrink(first, (int) pages, Os.monotonicNanos());
            } else if (pages > runPages) {
                long welcome = pagesFor(domain, bytes, true);
                resized = !PageHeap.isBetterMoved(first, welcome)
                        && (PageHeap.growInPlace(first, welcome) || PageHeap.growInPlace(first, pages));
            }
            if (resized) {
                PageRecord.setRequestBytes(record, bytes);
            }
        }
        PageHeap.unlock();
        return resized;
    }

    /** Usable bytes of a block that the caller owns; 0 when no large block begins there. */
    static long usableBytesOf(long block) {
        int first = Range.page(block);
        return isBlock(block, first) ? usableBytes(Range.record(first)) : 0;
    }

    private static boolean isBlock(long block, int page) {
        return SizeClass.ofBin(Range.bin(page)) == SizeClass.LARGE
                && PageRecord.state(Range.record(page)) == STATE_LARGE
                && !Shelves.isReady(Range.record(page))
                && Range.address(page) == block;
    }

    private static long usableBytes(long record) {
        return Range.bytesOf(PageRecord.runPages(record));
    }
}
