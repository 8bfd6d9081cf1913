package io.github.panamem.heap;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_thread;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Lock;

/** The registry of threads (panamem_heap.threads). Its lock comes before all others. */
public final class Threads {
    private static final long LOCK = panamem_heap.registry_lock$offset();
    private static final long FIRST = panamem_heap.threads$offset();
    private static final long COUNT = panamem_heap.thread_count$offset();
    private static final long NEXT = panamem_thread.next$offset();
    private static final long PREVIOUS = panamem_thread.previous$offset();

    private static final long TOTAL = panamem_heap.threads_total$offset();

    private Threads() {}

    public static void lock() {
        Lock.acquire(Range.heap() + LOCK);
    }

    public static void unlock() {
        Lock.release(Range.heap() + LOCK);
    }

    /** The first registered thread, or 0. */
    public static long first() {
        return Memory.getLong(Range.heap() + FIRST);
    }

    public static long next(long thread) {
        return Memory.getLong(thread + NEXT);
    }

    static long previous(long thread) {
        return Memory.getLong(thread + PREVIOUS);
    }

    public static int count() {
        return Memory.getInt(Range.heap() + COUNT);
    }

    /** Threads registered since start. */
    public static long total() {
        return Memory.getLong(Range.heap() + TOTAL);
    }

    // ---- Counters: of the threads that have ended, plus those of the living. The lock is held

    public static long crossings() {
        return sum(panamem_heap.crossings$offset(), panamem_thread.crossings$offset());
    }

    /** Reallocs that kept their block. */
    public static long resizes() {
        return sum(panamem_heap.resizes$offset(), panamem_thread.resizes$offset());
    }

    public static long largeAllocations() {
        return sum(panamem_heap.large_allocations$offset(), panamem_thread.large_allocations$offset());
    }

    private static long sum(long ended, long perThread) {
        long total = Memory.getLong(Range.heap() + ended);
        for (long thread = first(); thread != 0; thread = next(thread)) {
            total += Memory.getLongOpaque(thread + perThread);
        }
        return total;
    }
}
