package io.github.panamem.heap.pymalloc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.panamem.heap.Magazine;
import io.github.panamem.memory.Memory;
import io.github.panamem.testing.TestPymalloc;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Refills and flushes allocate nothing on the Java heap, arenas that come and go included. */
class PymallocGarbageTest {
    private static final int WARM_UP = 20;
    private static final int ROUNDS = 400;
    private static final int BLOCKS = 6_000;
    private static final int SIZE_CLASS = 31;

    private final long[] blocks = new long[BLOCKS];

    @Test
    void entriesMakeNoGarbage() {
        TestPymalloc c = TestPymalloc.start();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long made = 0;
        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            for (int i = 0; i < 4; i++) {
                TestPymalloc.offer();
                made += fill(c.thread(), i, threads, round >= WARM_UP);
            }
            made += empty(c.thread(), threads, round >= WARM_UP);
            TestPymalloc.takenBack();
        }
        assertThat(made).isZero();
        assertThat(TestPymalloc.given()).isGreaterThan(ROUNDS);
        assertThat(PymallocCheck.finding()).isNull();
        long before = threads.getCurrentThreadAllocatedBytes();
        String finding = PymallocCheck.finding();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isZero();
        assertThat(finding).isNull();
    }

    private long fill(long thread, int quarter, ThreadMXBean threads, boolean counts) {
        int bin = TestPymalloc.bin(SIZE_CLASS);
        long magazine = Magazine.address(thread, bin);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = quarter * BLOCKS / 4; i < (quarter + 1) * BLOCKS / 4; i++) {
            Pymalloc.refill(thread, bin, 1);
            long top = Magazine.top(magazine);
            blocks[i] = Memory.getLong(top);
            Magazine.setTop(magazine, top - Magazine.SLOT_BYTES);
        }
        long made = threads.getCurrentThreadAllocatedBytes() - before;
        return counts ? made : 0;
    }

    private long empty(long thread, ThreadMXBean threads, boolean counts) {
        int bin = TestPymalloc.bin(SIZE_CLASS);
        long magazine = Magazine.address(thread, bin);
        long bottom = Magazine.bottom(magazine);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < BLOCKS; i++) {
            Memory.putLong(bottom, blocks[i]);
            Magazine.setTop(magazine, bottom);
            Pymalloc.flush(thread, bin, 1);
            Magazine.setTop(magazine, bottom - Magazine.SLOT_BYTES);
        }
        long made = threads.getCurrentThreadAllocatedBytes() - before;
        return counts ? made : 0;
    }
}
