package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A million operations of every kind allocate nothing on the Java heap. */
class GarbageTest {
    private static final int WARM_UP = 50_000;
    private static final int OPERATIONS = 1_000_000;

    private final long[] blocks = new long[512];
    private long state = 42;

    @Test
    void entriesMakeNoGarbage() {
        TestHeap.reset(1L << 30);
        HeapFields.setDirtyCapBytes(8 << 20);
        HeapFields.setLimitBytes(200L << 20);
        long thread = TestHeap.thread();
        long other = TestHeap.thread();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        operate(thread, other, WARM_UP);
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        operate(thread, other, OPERATIONS);
        long after = threads.getCurrentThreadAllocatedBytes();
        assertThat(after - before).isZero();
        assertThat(Check.findingWhenQuiet()).isNull();
        before = threads.getCurrentThreadAllocatedBytes();
        String finding = Check.findingWhenQuiet();
        after = threads.getCurrentThreadAllocatedBytes();
        assertThat(finding).isNull();
        assertThat(after - before).as("the native core has no collector").isZero();
    }

    private int random(int bound) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        return (int) ((state >>> 33) % bound);
    }

    private void operate(long thread, long other, int count) {
        for (int i = 0; i < count; i++) {
            int slot = random(blocks.length);
            long domain = (long) random(3) << PANAMEM_REQUEST_SHIFT();
            long bytes = random(30) == 0 ? random(500_000) : random(1 << 5 + random(8));
            switch (random(16)) {
                case 0 -> {
                    int bin = BinRecord.of(random(3), 1 + random(PANAMEM_CLASS_COUNT()));
                    Heap.refill(other, bin, 16);
                    long magazine = Magazine.address(other, bin);
                    Magazine.dropLowest(magazine, (int) Heap.flush(other, bin, Magazine.count(magazine)));
                }
                case 1, 2, 3 -> {
                    if (blocks[slot] != 0) {
                        long moved = Heap.reallocate(thread, blocks[slot], domain | bytes);
                        blocks[slot] = moved == 0 ? blocks[slot] : moved;
                    }
                }
                case 4 -> {
                    if (random(1000) == 0) {
                        Heap.purge(thread, 0, 0);
                        Heap.allocate(thread, 300L << 20, 0);
                    }
                }
                default -> {
                    Heap.free(random(2) == 0 ? thread : other, blocks[slot], 0);
                    blocks[slot] = Heap.allocate(thread, domain | bytes, random(2));
                }
            }
        }
    }
}
