package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.testing.TestHeap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each test begins with an empty heap and one thread, and leaves a heap whose equations hold. */
abstract class FreshHeap {
    static final long MEM = 1L << PANAMEM_REQUEST_SHIFT();
    static final int BIN_64 = 4;

    long thread;

    @BeforeEach
    void heap() {
        TestHeap.reset(TestHeap.RANGE_BYTES);
        thread = TestHeap.thread();
    }

    @AfterEach
    void everyEquationHolds() {
        assertThat(Check.findingWhenQuiet()).isNull();
    }

    long allocate(long request) {
        long block = Heap.allocate(thread, request, 0);
        assertThat(block).isNotZero();
        return block;
    }

    long magazine(int bin) {
        return Magazine.address(thread, bin);
    }

    int capacity() {
        return Magazine.capacity(magazine(BIN_64));
    }
}
