package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.memory.Memory;
import io.github.panamem.sizeclass.SizeClass;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.Interleavings;
import io.github.panamem.testing.TestHeap;
import java.util.concurrent.atomic.AtomicLong;
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
        Interleavings.check(Blocks.class, Value.class);
    }

    /** A value that lives in a block of its own. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    @Param(name = "large", gen = BooleanGen.class)
    public static class Blocks {
        private static final int DOMAIN = 1;
        private static final long SMALL_BYTES = 64;
        private static final long LARGE_BYTES = SizeClass.SMALL_MAX_BYTES + 1;
        private static final int BIN = BinRecord.of(DOMAIN, SizeClass.of(SMALL_BYTES));

        private final long[] threads = new long[Interleavings.THREADS + 1];
        private final AtomicLong place = new AtomicLong();

        public Blocks() {
            TestHeap.reset(16 << 20);
            HeapFields.setDecayNanos(TestHeap.NEVER);
            for (int i = 0; i < threads.length; i++) {
                threads[i] = TestHeap.thread();
            }
        }

        /** The value before. */
        @Operation
        public long exchange(
                @Param(name = "thread") int thread,
                @Param(name = "value") int value,
                @Param(name = "large") boolean large) {
            long bytes = large ? LARGE_BYTES : SMALL_BYTES;
            long block = Heap.allocate(threads[thread], (long) DOMAIN << PANAMEM_REQUEST_SHIFT() | bytes, 0);
            if (block == 0) {
                throw new AssertionError("refused");
            }
            Memory.putLong(block, value);
            Memory.putLong(block + Long.BYTES, bytes);
            Memory.putLong(lastWord(block), ~value);
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
            if (Memory.getLong(lastWord(block)) != ~value) {
                throw new AssertionError("written by another");
            }
            if (Heap.free(threads[thread], block, 0) != 1) {
                throw new AssertionError("not live");
            }
            emptyMagazine(thread);
            return value;
        }

        private long lastWord(long block) {
            return block + Memory.getLong(block + Long.BYTES) - Long.BYTES;
        }

        /** So that all blocks pass the bin, where threads meet. */
        private void emptyMagazine(int thread) {
            long magazine = Magazine.address(threads[thread], BIN);
            Magazine.dropLowest(magazine, (int) Heap.flush(threads[thread], BIN, Magazine.count(magazine)));
        }

        @Validate
        public void everyEquationHolds() {
            String finding = Check.findingWhenQuiet();
            if (finding != null) {
                throw new AssertionError(finding);
            }
        }
    }

    public static class Value {
        private long value;

        public long exchange(int thread, int next, boolean large) {
            long before = value;
            value = next;
            return before;
        }

        public long remove(int thread) {
            return exchange(thread, 0, false);
        }
    }
}
