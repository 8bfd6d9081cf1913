package io.github.panamem.heap.pymalloc;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.testing.Exchange;
import io.github.panamem.testing.Interleavings;
import io.github.panamem.testing.TestPymalloc;
import org.jetbrains.lincheck.datastructures.BooleanGen;
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
        Interleavings.check(Blocks.class, Exchange.Value.class);
    }

    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    @Param(name = "large", gen = BooleanGen.class)
    public static class Blocks {
        private static final long SMALL_BYTES = 32;
        private static final long LARGE_BYTES = PANAMEM_PY_SMALL_MAX_BYTES();

        private final TestPymalloc[] threads = new TestPymalloc[Interleavings.THREADS + 1];
        private final Exchange exchange = new Exchange(new Exchange.Blocks() {
            @Override
            public long take(int thread, long bytes) {
                return threads[thread].malloc(classOf(bytes));
            }

            @Override
            public void give(int thread, long block, long bytes) {
                if (!threads[thread].free(classOf(bytes), block)) {
                    throw new AssertionError("not live");
                }
            }
        });

        public Blocks() {
            threads[0] = TestPymalloc.start();
            for (int i = 1; i < threads.length; i++) {
                threads[i] = TestPymalloc.anotherThread();
            }
        }

        private static int classOf(long bytes) {
            return (int) (bytes / PANAMEM_ALIGNMENT()) - 1;
        }

        @Operation
        public long exchange(
                @Param(name = "thread") int thread,
                @Param(name = "value") int value,
                @Param(name = "large") boolean large) {
            return exchange.exchange(thread, value, large ? LARGE_BYTES : SMALL_BYTES);
        }

        @Operation
        public long remove(@Param(name = "thread") int thread) {
            return exchange.remove(thread);
        }

        @Validate
        public void everyEquationHolds() {
            Interleavings.none(PymallocCheck.finding());
        }
    }
}
