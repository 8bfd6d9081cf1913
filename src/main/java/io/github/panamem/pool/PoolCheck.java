package io.github.panamem.pool;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.sizeclass.SizeClass;
import org.jspecify.annotations.Nullable;

/** Proves a pool's equations. The bin's lock is held. Answers what is wrong, or null. */
public final class PoolCheck {
    private PoolCheck() {}

    public static @Nullable String finding(int first) {
        long pool = Range.record(first);
        long blockBytes = SizeClass.blockBytes(SizeClass.ofBin(PageRecord.bin(pool)));
        long blocks = Range.bytesOf(PageRecord.runPages(pool)) / blockBytes;
        if (PageRecord.blockCount(pool) != blocks) {
            return name(first) + " has block_count " + PageRecord.blockCount(pool) + ", but room for " + blocks;
        }
        int free = 0;
        for (int word = 0; (long) word * Long.SIZE < blocks; word++) {
            long bits = Memory.getLong(PageRecord.bitmap(pool) + (long) word * Long.BYTES);
            long above = blocks - (long) word * Long.SIZE;
            if (above < Long.SIZE && bits >>> above != 0) {
                return name(first) + " has a free bit above its last block";
            }
            if (bits != 0 && word < PageRecord.hintWord(pool)) {
                return name(first) + " has a free bit in word " + word + ", below hint_word "
                        + PageRecord.hintWord(pool);
            }
            free += Long.bitCount(bits);
        }
        return free == PageRecord.freeCount(pool)
                ? null
                : name(first) + " has free_count " + PageRecord.freeCount(pool) + ", but " + free + " free bits";
    }

    private static String name(int first) {
        return "the pool at page " + first + " of bin " + PageRecord.bin(Range.record(first));
    }
}
