package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.arena.Arenas;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.pool.PoolCheck;
import io.github.panamem.sizeclass.SizeClass;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Proves the equations of pools and bins. All bins' locks and the page heap's are held, and the page heap's own
 * equations hold. Answers the first thing that is wrong, or null. The locks guard the only instance, so that a check
 * makes no garbage: the native core has no collector.
 */
final class BinCheck {
    private static final BinCheck ONLY = new BinCheck();

    private final int[] pools = new int[BinRecord.COUNT];
    private final int[] usablePools = new int[BinRecord.COUNT];
    private final long[] blocks = new long[BinRecord.COUNT];
    private final long[] freeBlocks = new long[BinRecord.COUNT];

    private BinCheck() {}

    static void rehearse() {
        ONLY.clear();
        ONLY.pools();
    }

    static @Nullable String finding() {
        ONLY.clear();
        String finding = ONLY.pools();
        for (int bin = 0; bin < BinRecord.COUNT && finding == null; bin++) {
            finding = ONLY.bin(bin);
        }
        return finding;
    }

    private void clear() {
        Arrays.fill(pools, 0);
        Arrays.fill(usablePools, 0);
        Arrays.fill(blocks, 0);
        Arrays.fill(freeBlocks, 0);
    }

    private @Nullable String pools() {
        int end = Arenas.taken() * Range.ARENA_PAGES;
        for (int page = Range.ARENA_PAGES; page < end; page += PageRecord.runPages(Range.record(page))) {
            long record = Range.record(page);
            if (PageRecord.state(record) != PANAMEM_PAGE_POOL()) {
                continue;
            }
            String finding = PoolCheck.finding(page);
            if (finding != null) {
                return finding;
            }
            int bin = PageRecord.bin(record);
            pools[bin]++;
            usablePools[bin] += PageRecord.freeCount(record) > 0 ? 1 : 0;
            blocks[bin] += PageRecord.blockCount(record);
            freeBlocks[bin] += PageRecord.freeCount(record);
        }
        return null;
    }

    private @Nullable String bin(int bin) {
        long record = BinRecord.address(bin);
        if (!SizeClass.isSmall(bin) && BinRecord.poolCount(record) != 0) {
            return name(bin) + " is no small class, but has pools";
        }
        int listed = 0;
        int before = 0;
        for (int pool = BinRecord.pools(record); pool != 0; pool = PageRecord.next(Range.record(pool))) {
            long poolRecord = Range.record(pool);
            if (Range.bin(pool) != bin
                    || PageRecord.state(poolRecord) != PANAMEM_PAGE_POOL()
                    || PageRecord.freeCount(poolRecord) == 0) {
                return name(bin) + " lists page " + pool + ", which is no pool of it with a free block";
            }
            if (PageRecord.prev(poolRecord) != before || ++listed > usablePools[bin]) {
                return name(bin) + ": its list is broken at page " + pool;
            }
            before = pool;
        }
        if (listed != usablePools[bin] || BinRecord.usableCount(record) != listed) {
            return name(bin) + ": " + usablePools[bin] + " pools have free blocks, " + listed
                    + " are listed, usable_count is " + BinRecord.usableCount(record);
        }
        if (BinRecord.poolCount(record) != pools[bin] || BinRecord.blocks(record) != blocks[bin]) {
            return name(bin) + " says " + BinRecord.poolCount(record) + " pools with " + BinRecord.blocks(record)
                    + " blocks, but there are " + pools[bin] + " with " + blocks[bin];
        }
        long out = blocks[bin] - freeBlocks[bin];
        return BinRecord.blocksOut(record) == out && BinRecord.blocksOutPeak(record) >= out
                ? null
                : name(bin) + " has blocks_out " + BinRecord.blocksOut(record) + " and peak "
                        + BinRecord.blocksOutPeak(record) + ", but " + out + " blocks are out";
    }

    private static String name(int bin) {
        return "bin " + bin;
    }
}
