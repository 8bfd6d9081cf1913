package io.github.panamem.heap;

import io.github.panamem.arena.Ledger;
import io.github.panamem.sizeclass.SizeClass;

/** Before a refusal: what the calling thread's magazines and shelves and the bins hold in stock goes back to the page heap. */
final class Reclaim {
    private Reclaim() {}

    /** True when pages came free, so that it is worth trying again. No lock is held. */
    static boolean forThread(long thread) {
        long usedBefore = Ledger.usedBytes();
        for (int bin = 0; bin < BinRecord.COUNT; bin++) {
            if (SizeClass.isSmall(bin)) {
                empty(Magazine.address(thread, bin), bin);
            }
        }
        Shelves.clear(thread, 0);
        dissolveEmpty();
        return Ledger.usedBytes() < usedBefore;
    }

    static void dissolveEmpty() {
        for (int bin = 0; bin < BinRecord.COUNT; bin++) {
            Bin.dissolveEmpty(bin);
        }
    }

    private static void empty(long magazine, int bin) {
        int count = Magazine.count(magazine);
        if (count > 0) {
            Magazine.dropLowest(magazine, Bin.give(bin, Magazine.bottom(magazine), count));
        }
    }
}
