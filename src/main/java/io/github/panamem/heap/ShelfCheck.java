package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.arena.Arenas;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import org.jspecify.annotations.Nullable;

/**
 * Proves that shelves hold what they may: ready large blocks of their domain and length, each once. Only for threads that
 * stand still: the caller, or all of them in a test. The page heap's equations hold, and its lock guards the only
 * instance, so that a check makes no garbage: the native core has no collector.
 */
final class ShelfCheck {
    static final ShelfCheck ONLY = new ShelfCheck();

    private long held;

    private ShelfCheck() {}

    /** Begins anew. */
    void clear() {
        held = 0;
    }

    /** Adds a thread; answers what is wrong, or null. */
    @Nullable
    String thread(long thread) {
        for (int domain = 0; domain < PANAMEM_DOMAINS(); domain++) {
            String finding = domain(thread, domain);
            if (finding != null) {
                return "thread " + Long.toHexString(thread) + ": its shelf of domain " + domain + " " + finding;
            }
        }
        return null;
    }

    private @Nullable String domain(long thread, int domain) {
        long most = Shelves.readyCount(thread, domain);
        long blocks = 0;
        long bytes = 0;
        for (int pages = 1; pages <= PANAMEM_SHELF_PAGES_MOST(); pages++) {
            int first = Shelves.newest(thread, domain, pages);
            if (Shelves.isMarked(thread, domain, pages) != (first != 0)) {
                return "and " + pages + " pages has a wrong bit";
            }
            int newest = Shelves.age(thread);
            for (; first != 0; first = PageRecord.next(Range.record(first))) {
                if (!isReady(first, domain, pages) || ++blocks > most) {
                    return "and " + pages + " pages holds page " + first + ", which does not begin a block for it";
                }
                int since = PageRecord.readySince(Range.record(first));
                if (Integer.compareUnsigned(since, newest) > 0) {
                    return "and " + pages + " pages holds page " + first + ", which is newer than what lies above it";
                }
                newest = since;
                bytes += Range.bytesOf(pages);
            }
        }
        held += blocks;
        return blocks == most && bytes == Shelves.readyBytes(thread, domain)
                ? null
                : "says " + most + " blocks of " + Shelves.readyBytes(thread, domain) + " bytes, but has " + blocks
                        + " of " + bytes;
    }

    private static boolean isReady(int first, int domain, int pages) {
        if (first < Range.ARENA_PAGES || first >= Arenas.taken() * Range.ARENA_PAGES) {
            return false;
        }
        long record = Range.record(first);
        return Range.bin(first) == BinRecord.of(domain, PANAMEM_CLASS_LARGE())
                && PageRecord.state(record) == PANAMEM_PAGE_LARGE()
                && PageRecord.runPages(record) == pages
                && Shelves.isReady(record);
    }

    /** All threads were added: every ready block stands on a shelf. */
    @Nullable
    String readyBlocks() {
        long ready = 0;
        int end = Arenas.taken() * Range.ARENA_PAGES;
        for (int page = Range.ARENA_PAGES; page < end; page += PageRecord.runPages(Range.record(page))) {
            long record = Range.record(page);
            if (PageRecord.state(record) == PANAMEM_PAGE_LARGE() && Shelves.isReady(record)) {
                ready++;
            }
        }
        return ready == held ? null : ready + " large blocks are ready, but shelves hold " + held;
    }
}
