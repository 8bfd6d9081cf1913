package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.testing.TestHeap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table that C receives, and the heaps that it is refused to. */
class EntryTableTest {
    private static final long RANGE_BYTES = 16L * PANAMEM_ARENA_BYTES();

    private long heap;

    @BeforeEach
    void freshHeap() {
        heap = TestHeap.reset(RANGE_BYTES);
    }

    @Test
    void aHeapOfThisBuildIsTaken() {
        assertThat(EntryTable.refusal(heap)).isNull();
    }

    @Test
    void anotherVersionIsRefusedAndBothAreNamed() {
        Memory.putLong(heap + panamem_heap.abi_version$offset(), 77);
        assertThat(EntryTable.refusal(heap)).contains("77").contains(Integer.toString(PANAMEM_ABI_VERSION()));
    }

    @Test
    void anotherSizeIsRefused() {
        Memory.putLong(heap + panamem_heap.heap_bytes$offset(), 8);
        assertThat(EntryTable.refusal(heap)).contains("8 bytes").contains(Long.toString(panamem_heap.sizeof()));
    }

    @Test
    void everyEntryThatServesHasAnAddress() {
        EntryTable.fill(heap, UpcallStub.ONE);
        assertThat(IntStream.rangeClosed(PANAMEM_ENTRY_PING(), PANAMEM_ENTRY_GARBAGE())
                        .mapToLong(entry -> Stubs.address(heap, entry)))
                .doesNotContain(0L);
    }

    @Test
    void entriesWithNothingBehindThemStayEmpty() {
        UserAllocator.uninstall();
        EntryTable.fill(heap, UpcallStub.ONE);
        assertThat(Stubs.address(heap, PANAMEM_ENTRY_USER_MALLOC())).isZero();
    }

    @Test
    void aSecondFillWritesTheSameAddresses() {
        EntryTable.fill(heap, UpcallStub.ONE);
        long first = Stubs.address(heap, PANAMEM_ENTRY_REFILL());
        EntryTable.fill(heap, UpcallStub.ONE);
        assertThat(Stubs.address(heap, PANAMEM_ENTRY_REFILL())).isEqualTo(first);
    }

    @Test
    void cReachesEachBody() {
        EntryTable.fill(heap, UpcallStub.ONE);
        long thread = TestHeap.thread();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_PING(), 42, 0, 0)).isEqualTo(42);
        long block = Stubs.call(heap, PANAMEM_ENTRY_ALLOCATE(), thread, 64, 1);
        assertThat(block).isNotZero();
        long moved = Stubs.call(heap, PANAMEM_ENTRY_REALLOCATE(), thread, block, 4096);
        assertThat(moved).isNotZero().isNotEqualTo(block);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_FREE(), thread, moved, 0)).isOne();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_FREE(), thread, moved, 0)).isZero();
        long refilled = Stubs.call(heap, PANAMEM_ENTRY_REFILL(), thread, 3, 1);
        assertThat(refilled).isOne();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_FLUSH(), thread, 3, 1)).isOne();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_PURGE(), thread, 0, 0)).isPositive();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_GARBAGE(), 0, 0, 0)).isPositive();
    }
}
