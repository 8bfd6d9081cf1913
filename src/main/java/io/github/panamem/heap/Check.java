package io.github.panamem.heap;

import io.github.panamem.arena.PageHeap;
import io.github.panamem.arena.PageHeapCheck;
import io.github.panamem.memory.Memory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The heap check: walks everything under all locks and proves every equation of abi.h. Slow. */
public final class Check {
    private Check() {}

    /** PANAMEM_ENTRY_CHECK: 1 when every equation holds; else 0, and a line that ends with NUL in text. */
    public static long entry(long thread, long text, long textBytes) {
        String finding = finding(thread);
        if (finding == null) {
            return 1;
        }
        if (textBytes > 0) {
            byte[] line = finding.getBytes(StandardCharsets.US_ASCII);
            int length = (int) Math.min(line.length, textBytes - 1);
            for (int i = 0; i < length; i++) {
                Memory.putByte(text + i, line[i]);
            }
            Memory.putByte(text + length, (byte) 0);
        }
        return 0;
    }

    /** Loads all that a check needs, without its walks over all bins. Nobody else knows the heap. */
    public static void rehearse() {
        Threads.lock();
        Threads.unlock();
        PageHeapCheck.finding();
        BinCheck.rehearse();
        MagazineCheck.ONLY.clear();
        ShelfCheck.ONLY.clear();
        Depot.count(Depot.address(0));
    }

    /** What is wrong first, or null. Of magazines and shelves only the calling thread's are looked at; 0 for none. */
    public static @Nullable String finding(long thread) {
        return underAllLocks(thread, false);
    }

    /** As finding, while all threads stand still: looks at every magazine and shelf. */
    public static @Nullable String findingWhenQuiet() {
        return underAllLocks(0, true);
    }

    private static @Nullable String underAllLocks(long thread, boolean quiet) {
        Threads.lock();
        for (int bin = 0; bin < BinRecord.COUNT; bin++) {
            BinRecord.lock(bin);
        }
        PageHeap.lock();
        try {
            return walk(thread, quiet);
        } finally {
            PageHeap.unlock();
            for (int bin = BinRecord.COUNT - 1; bin >= 0; bin--) {
                BinRecord.unlock(bin);
            }
            Threads.unlock();
        }
    }

    private static @Nullable String walk(long thread, boolean quiet) {
        String finding = PageHeapCheck.finding();
        if (finding == null) {
            finding = BinCheck.finding();
        }
        MagazineCheck magazines = MagazineCheck.ONLY;
        ShelfCheck shelves = ShelfCheck.ONLY;
        magazines.clear();
        shelves.clear();
        if (finding == null) {
            finding = magazines.depots();
        }
        if (finding == null && thread != 0) {
            finding = magazines.thread(thread);
        }
        if (finding == null && thread != 0) {
            finding = shelves.thread(thread);
        }
        int count = 0;
        long before = 0;
        for (long at = Threads.first(); at != 0 && finding == null; at = Threads.next(at)) {
            if (Threads.previous(at) != before || ++count > Threads.count()) {
                finding = "the registry of threads is broken at thread " + Long.toHexString(at);
            } else if (quiet) {
                finding = magazines.thread(at);
                finding = finding == null ? shelves.thread(at) : finding;
            }
            before = at;
        }
        if (finding == null && count != Threads.count()) {
            finding = "thread_count is " + Threads.count() + ", but " + count + " threads are registered";
        }
        if (finding == null && quiet) {
            finding = magazines.blocksOut();
        }
        return finding == null && quiet ? shelves.readyBlocks() : finding;
    }
}
