package io.github.panamem.heap.pymalloc;

import io.github.panamem.memory.Memory;
import io.github.panamem.testing.Interleavings;
import io.github.panamem.testing.TestPymalloc;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Threads without a GIL that hand pymalloc's blocks to each other through one place. */
class PoolsInterleavingTest {
    @Test
    void eachBlockIsOneThreadsAndKeepsWhatWasWritten() {
        Interleavings.check(Blocks.class, Value.class);
    }

    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    public static class Blocks {
        private static final int SIZE_CLASS = 31; // few blocks per pool

        private final TestPymalloc[] threads = new TestPymalloc[Interleavings.THREADS + 1];
        private final AtomicLong place = new AtomicLong();

        public Blocks() {
            threads[0] = TestPymalloc.start();
            for (int i = 1; i < threads.length; i++) {
                threads[i] = TestPymalloc.anotherThread();
            }
        }

        /** The value before. */
        @Operation
        public long exchange(@Param(name = "thread") int thread, @Param(name = "value") int value) {
            long block = threads[thread].malloc(SIZE_CLASS);
            Memory.putLong(block, value);
            return open(thread, place.getAndSet(block));
        }

        @Operation
        public long remove(@Param(name = "thread") int thread) {
            return open(thread, place.getAndSet(0));
        }

        private long open(int thread, long block) {
            if (block == 0) {
                return 0;
            }
            long value = Memory.getLong(block);
            if (!threads[thread].free(SIZE_CLASS, block)) {
                throw new AssertionError("not live");
            }
            return value;
        }

        @Validate
        public void everyEquationHolds() {
            String finding = PymallocCheck.finding();
            if (finding != null) {
                throw new AssertionError(finding);
            }
        }
    }

    public static class Value {
        private long value;

        public long exchange(int thread, int next) {
            long before = value;
            value = next;
            return before;
        }

        public long remove(int thread) {
            return exchange(thread, 0);
        }
    }
}
