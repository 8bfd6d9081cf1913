package io.github.panamem.heap;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.pool.Pool;
import io.github.panamem.sizeclass.SizeClass;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Proves that magazines and depots hold what they may: blocks of their bin that are out, each once. Magazines only of
 * threads that stand still: the caller, or all of them in a test. The bins' locks guard the only instance, so that a check makes no garbage:
 * the native core has no collector.
 */
final class MagazineCheck {
    static final MagazineCheck ONLY = new MagazineCheck();

    private final AddressSet seen = new AddressSet();
    private final long[] held = new long[BinRecord.COUNT];

    private MagazineCheck() {}

    /** Begins anew. */
    void clear() {
        seen.clear();
        Arrays.fill(held, 0);
    }

    /** Adds a thread; answers what is wrong, or null. */
    @Nullable
    String thread(long thread) {
        for (int bin = 0; bin < BinRecord.COUNT; bin++) {
            String finding = magazine(Magazine.address(thread, bin), bin);
            if (finding != null) {
                return "thread " + Long.toHexString(thread) + ": magazine of bin " + bin + " " + finding;
            }
        }
        return null;
    }

    private @Nullable String magazine(long magazine, int bin) {
        if (Magazine.count(magazine) < 0
                || Magazine.room(magazine) < 0
                || Magazine.capacity(magazine) > SizeClass.magazineMost(SizeClass.ofBin(bin))) {
            return "has " + Magazine.count(magazine) + " blocks, and room for " + Magazine.room(magazine);
        }
        if (Memory.getLong(Magazine.base(magazine)) != 0) {
            return "has no 0 at its bottom";
        }
        return blocks(Magazine.bottom(magazine), Magazine.top(magazine) + Magazine.SLOT_BYTES, bin);
    }

    /** Adds all depots; answers what is wrong, or null. */
    @Nullable
    String depots() {
        for (int bin = 0; bin < BinRecord.COUNT; bin++) {
            String finding = depot(Depot.address(bin), bin);
            if (finding != null) {
                return "the depot of bin " + bin + " " + finding;
            }
        }
        return null;
    }

    private @Nullable String depot(long depot, int bin) {
        int count = Depot.count(depot);
        if (count < 0 || count > Depot.room(depot)) {
            return "has " + count + " blocks, and room for " + Depot.room(depot);
        }
        return blocks(Depot.bottom(depot), Depot.bottom(depot) + count * Magazine.SLOT_BYTES, bin);
    }

    private @Nullable String blocks(long slots, long slotsEnd, int bin) {
        for (long slot = slots; slot < slotsEnd; slot += Magazine.SLOT_BYTES) {
            long block = Memory.getLong(slot);
            if (!Range.contains(block) || Range.bin(Range.page(block)) != bin) {
                return "holds " + Long.toHexString(block) + ", which is not of its bin";
            }
            int page = Range.page(block);
            if (!Pool.isOut(page - Range.pagesBack(page), bin, block)) {
                return "holds " + Long.toHexString(block) + ", which is free in its pool or no block";
            }
            if (!seen.add(block)) {
                return "holds " + Long.toHexString(block) + ", which was seen before";
            }
            held[bin]++;
        }
        return null;
    }

    /** All threads and depots were added: blocks out = blocks in magazines and depots + live blocks. */
    @Nullable
    String blocksOut() {
        for (int bin = 0; bin < BinRecord.COUNT; bin++) {
            long out = BinRecord.blocksOut(BinRecord.address(bin));
            if (held[bin] > out) {
                return "bin " + bin + ": magazines and depot hold " + held[bin] + " blocks, but only " + out
                        + " are out";
            }
        }
        return null;
    }
}
