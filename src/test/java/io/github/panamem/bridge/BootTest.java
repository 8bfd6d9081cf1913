package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.observe.Snapshot;
import io.github.panamem.testing.TestHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What C's boot thread gets to hear. */
class BootTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment error = arena.allocate(Boot.ERROR_BYTES);
    private long heap;

    @BeforeEach
    void freshHeap() {
        heap = TestHeap.reset(16L * PANAMEM_ARENA_BYTES());
    }

    @AfterEach
    void close() {
        arena.close();
        UserAllocator.uninstall();
    }

    private long start(String userClassName) {
        long name =
                userClassName.isEmpty() ? 0 : arena.allocateFrom(userClassName).address();
        return Boot.start(heap, 0, name, error.address());
    }

    @Test
    void javaServes() {
        assertThat(start("")).isOne();
        assertThat(error.getString(0)).isEmpty();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_PING(), 7, 0, 0)).isEqualTo(7);
    }

    @Test
    void theRehearsalLeavesNoTraceInTheHeap() {
        Snapshot before = Snapshot.take();
        assertThat(start("")).isOne();
        assertThat(Range.heap()).isEqualTo(heap);
        assertThat(Snapshot.take()).isEqualTo(before);
        assertThat(Soundness.finding(0)).isNull();
    }

    @Test
    void aHeapOfAnotherVersionIsRefusedWithALine() {
        Memory.putLong(heap + panamem_heap.abi_version$offset(), 77);
        assertThat(start("")).isZero();
        assertThat(error.getString(0)).contains("ABI version 77");
    }

    @Test
    void aHeapWithoutRangeIsRefusedWithALine() {
        Memory.putLong(heap + panamem_heap.range_base$offset(), 0);
        assertThat(start("")).isZero();
        assertThat(error.getString(0)).contains("no range");
    }

    @Test
    void theUsersClassServes() {
        assertThat(start(UserAllocators.Good.class.getName())).isOne();
        long block = Stubs.call(heap, PANAMEM_ENTRY_USER_MALLOC(), 2, 100, 0);
        assertThat(block).isNotZero();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_USABLE(), 2, block, 0)).isGreaterThanOrEqualTo(100);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_FREE(), 2, block, 0)).isOne();
    }

    @Test
    void anAbsentClassIsRefusedWithALine() {
        assertThat(start("no.such.Class")).isZero();
        assertThat(error.getString(0)).contains("java:no.such.Class").contains("classpath=");
    }

    @Test
    void aLongLineIsCutAtItsRoom() {
        assertThat(start("x".repeat(2000))).isZero();
        assertThat(error.getString(0)).hasSize(Boot.ERROR_BYTES - 1);
    }
}
