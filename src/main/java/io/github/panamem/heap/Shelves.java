package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_thread;
import io.github.panamem.arena.PageHeap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;

/**
 * A thread's ready large blocks (struct panamem_thread, "A shelf"), one list per domain and length in pages.
 *
 * <pre>
 *   bit n - 1 of shelved[d] is set ⇔ shelves[d][n - 1] ≠ 0
 *   ready_count[d], ready_bytes[d] = the blocks on shelves[d], and their run bytes
 *   down a shelf ready_since does not grow, and is at most shelf_age
 * </pre>
 *
 * <p>C fills them and takes from them. Java only gives their blocks back, on behalf of a thread that is in an entry.
 */
public final class Shelves {
    private static final int READY = PANAMEM_PAGE_READY();
    private static final int DOMAINS = PANAMEM_DOMAINS();
    private static final int LENGTHS = PANAMEM_SHELF_PAGES_MOST();
    private static final int COUNT = DOMAINS * LENGTHS;

    private static final long HEADS = panamem_thread.shelves$offset();
    private static final long MARKS = panamem_thread.shelved$offset();
    private static final long READY_COUNT = panamem_thread.ready_count$offset();
    private static final long READY_BYTES = panamem_thread.ready_bytes$offset();
    private static final long ALLOCATIONS = panamem_thread.shelf_allocations$offset();
    private static final long AGE = panamem_thread.shelf_age$offset();
    private static final long HAND = panamem_thread.shelf_hand$offset();

    private Shelves() {}

    /**
     * Gives blocks back to the page heap until all shelves hold at most so many bytes, beginning where the last call ended:
     * in the long run a block goes that nobody asks for. Answers the bytes.
     */
    static long clear(long thread, long keepBytes) {
        long before = bytes(thread);
        long left = before;
        if (left <= keepBytes) {
            return 0;
        }
        int shelf = Memory.getInt(thread + HAND) % COUNT;
        PageHeap.lock();
        for (int looked = 0; looked <= COUNT && left > keepBytes; looked++) {
            left -= clearShelf(thread, shelf, left - keepBytes);
            shelf = (shelf + 1) % COUNT;
        }
        PageHeap.unlock();
        Memory.putInt(thread + HAND, shelf);
        return before - left;
    }

    /** Gives blocks of one shelf back until the bytes to give are reached or it is empty. Answers the bytes. */
    private static long clearShelf(long thread, int shelf, long giveBytes) {
        long head = thread + HEADS + (long) shelf * Integer.BYTES;
        int first = Memory.getInt(head);
        if (first == 0) {
            return 0;
        }
        int domain = shelf / LENGTHS;
        long blockBytes = Range.bytesOf(shelf % LENGTHS + 1L);
        int given = 0;
        while (first != 0 && given * blockBytes < giveBytes) {
            long record = Range.record(first);
            int below = PageRecord.next(record);
            PageRecord.setNext(record, 0);
            PageRecord.setFlags(record, 0);
            PageHeap.give(first, Os.monotonicNanos());
            first = below;
            given++;
        }
        Memory.putInt(head, first);
        if (first == 0) {
            long marks = thread + MARKS + (long) domain * Long.BYTES;
            Memory.putLong(marks, Memory.getLong(marks) & ~(1L << shelf % LENGTHS));
        }
        add(thread + READY_COUNT, domain, -given);
        add(thread + READY_BYTES, domain, -given * blockBytes);
        return given * blockBytes;
    }

    private static void add(long perDomain, int domain, long amount) {
        long address = perDomain + (long) domain * Long.BYTES;
        Memory.putLong(address, Memory.getLong(address) + amount);
    }

    static long bytes(long thread) {
        long bytes = 0;
        for (int domain = 0; domain < DOMAINS; domain++) {
            bytes += readyBytes(thread, domain);
        }
        return bytes;
    }

    /** The first page of the newest block of so many pages, or 0; the next one is its record's next. */
    static int newest(long thread, int domain, int pages) {
        return Memory.getInt(thread + HEADS + ((long) domain * LENGTHS + pages - 1) * Integer.BYTES);
    }

    static boolean isMarked(long thread, int domain, int pages) {
        return (Memory.getLong(thread + MARKS + (long) domain * Long.BYTES) >>> (pages - 1) & 1) != 0;
    }

    /** How often C has looked for blocks that nobody asks for. */
    static int age(long thread) {
        return Memory.getInt(thread + AGE);
    }

    static boolean isReady(long record) {
        return PageRecord.flags(record) == READY;
    }

    // ---- Also for other threads, while the shelves' own thread goes on

    public static long readyCount(long thread, int domain) {
        return Memory.getLongOpaque(thread + READY_COUNT + (long) domain * Long.BYTES);
    }

    public static long readyBytes(long thread, int domain) {
        return Memory.getLongOpaque(thread + READY_BYTES + (long) domain * Long.BYTES);
    }

    /** Blocks that its thread took from its shelves. */
    public static long allocations(long thread, int domain) {
        return Memory.getLongOpaque(thread + ALLOCATIONS + (long) domain * Long.BYTES);
    }
}
