package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.sizeclass.SizeClass;
import io.github.panamem.testing.Exchange;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.Interleavings;
import io.github.panamem.testing.TestHeap;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Threads that hand blocks to each other through one place: each block is one thread's, and keeps what was written to it. */
class BlocksInterleavingTest {
    @Test
    void eachBlockIsOneThreadsAndKeepsWhatWasWritten() {
        Interleavings.check(Blocks.class, Exchange.Value.class);
    }

    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    @Param(name = "large", gen = BooleanGen.class)
    public static class Blocks {
        private static final int DOMAIN = 1;
        private static final long SMALL_BYTES = 64;
        private static final long LARGE_BYTES = SizeClass.SMALL_MAX_BYTES + 1;
        private static final int BIN = BinRecord.of(DOMAIN, SizeClass.of(SMALL_BYTES));

        private final long[] threads = new long[Interleavings.THREADS + 1];
        private final Exchange exchange = new Exchange(new Exchange.Blocks() {
            @Override
            public long take(int thread, long bytes) {
                return Heap.allocate(threads[thread], (long) DOMAIN << PANAMEM_REQUEST_SHIFT() | bytes, 0);
            }

            @Override
            public void give(int thread, long block, long bytes) {
                if (Heap.free(threads[thread], block, 0) != 1) {
                    throw new AssertionError("not live");
                }
                emptyMagazine(threads[thread]);
            }
        });

        public Blocks() {
            TestHeap.reset(16 << 20);
            HeapFields.setDecayNanos(TestHeap.NEVER);
            for (int i = 0; i < threads.length; i++) {
                threads[i] = TestHeap.thread();
            }
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

        /** So that all blocks pass the bin, where threads meet. */
        private static void emptyMagazine(long thread) {
            long magazine = Magazine.address(thread, BIN);
            Magazine.dropLowest(magazine, (int) Heap.flush(thread, BIN, Magazine.count(magazine)));
        }

        @Validate
        public void everyEquationHolds() {
            Interleavings.none(Check.findingWhenQuiet());
        }
    }
}
