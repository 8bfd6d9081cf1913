package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.arena.Ledger;
import io.github.panamem.memory.Memory;
import io.github.panamem.observe.Snapshot;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads that hand blocks to each other through shared slots, so that most blocks are freed by another thread than the
 * one that allocated them; Java and the C fallback at once; heap checks and snapshots in between.
 */
class StressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 60_000;
    private static final int SLOTS = 512;
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blocksKeepTheirContentsAcrossThreads(boolean mixed) throws InterruptedException {
        TestHeap.reset(1L << 30);
        HeapFields.setDirtyCapBytes(4 << 20);
        HeapFields.setDecayNanos(SECOND / 1000);
        play(mixed);
    }

    @Test
    void likewiseAtALimit() throws InterruptedException {
        TestHeap.reset(1L << 30);
        HeapFields.setLimitBytes(3 << 20);
        play(true);
        assertThat(Ledger.refusedByLimitCount()).isPositive();
    }

    private void play(boolean mixed) throws InterruptedException {
        long[] threads = new long[THREADS];
        Thread[] workers = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            long thread = TestHeap.thread();
            threads[i] = thread;
            long seed = i;
            workers[i] = new Thread(() -> work(thread, new SplittableRandom(seed), mixed));
        }
        for (Thread worker : workers) {
            worker.start();
        }
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(Check.findingWhenQuiet()).isNull();
        for (int slot = 0; slot < SLOTS; slot++) {
            drop(threads[0], slots.getAndSet(slot, 0), false);
        }
        assertThat(Snapshot.take().domains())
                .allSatisfy(use -> assertThat(use.liveBytes()).isZero());
        for (long thread : threads) {
            Reclaim.forThread(thread);
        }
        Heap.purge(threads[0], 0, 0);
        assertThat(Check.findingWhenQuiet()).isNull();
        assertThat(Ledger.committedBytes()).isZero();
    }

    private void work(long thread, SplittableRandom random, boolean mixed) {
        try {
            for (int step = 0; step < STEPS && failure.get() == null; step++) {
                boolean byFallback = mixed && random.nextInt(3) == 0;
                long block = make(thread, random, byFallback);
                drop(thread, slots.getAndSet(random.nextInt(SLOTS), block), byFallback);
                if (step % 5_000 == 2_500) {
                    assertThat(Check.finding(thread)).isNull();
                    assertThat(Snapshot.take().domains()).hasSize(PANAMEM_DOMAINS());
                }
            }
        } catch (Throwable wrong) {
            failure.compareAndSet(null, wrong);
        }
    }

    /** A block that holds its own length in its first word, and the word's complement in its last. */
    private static long make(long thread, SplittableRandom random, boolean byFallback) {
        long bytes = 16;
        bytes += random.nextInt(50) == 0 ? random.nextInt(200_000) : random.nextInt(1 << random.nextInt(5, 14));
        long request = random.nextLong(PANAMEM_DOMAINS()) << PANAMEM_REQUEST_SHIFT() | bytes;
        long block = byFallback ? TestHeap.fallbackAllocate(thread, request, 0) : Heap.allocate(thread, request, 0);
        if (block == 0) {
            return 0;
        }
        mark(block, bytes);
        if (random.nextInt(8) == 0) {
            long more = bytes + random.nextInt(20_000);
            long moved = Heap.reallocate(thread, block, request - bytes + more);
            if (moved != 0) {
                assertThat(Memory.getLong(moved)).isEqualTo(bytes);
                mark(moved, more);
                return moved;
            }
        }
        return block;
    }

    private static void mark(long block, long bytes) {
        Memory.putLong(block, bytes);
        Memory.putLong(block + bytes - 8, ~bytes);
    }

    private static void drop(long thread, long block, boolean byFallback) {
        if (block == 0) {
            return;
        }
        long bytes = Memory.getLong(block);
        assertThat(Memory.getLong(block + bytes - 8)).isEqualTo(~bytes);
        mark(block, 16);
        long freed = byFallback ? TestHeap.fallbackFree(thread, block) : Heap.free(thread, block, 0);
        assertThat(freed).isEqualTo(1);
    }
}
