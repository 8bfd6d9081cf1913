package io.github.panamem.observe;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.heap.Heap;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final long OBJ = 2L << PANAMEM_REQUEST_SHIFT();

    private long thread;

    @BeforeEach
    void heap() {
        TestHeap.reset(TestHeap.RANGE_BYTES);
        thread = TestHeap.thread();
    }

    private static Snapshot.ClassUse only(Snapshot snapshot, int domain) {
        assertThat(snapshot.domains().get(domain).classes()).hasSize(1);
        return snapshot.domains().get(domain).classes().getFirst();
    }

    @Test
    void anEmptyHeapReadsAsEmpty() {
        Snapshot snapshot = Snapshot.take();
        assertThat(snapshot.domains()).hasSize(3).allSatisfy(use -> {
            assertThat(use.classes()).isEmpty();
            assertThat(use.liveBytes()).isZero();
            assertThat(use.usedBytes()).isZero();
        });
        assertThat(snapshot.pageHeap().committedBytes()).isZero();
        assertThat(snapshot.pageHeap().arenas()).isZero();
        assertThat(snapshot.pageHeap().arenasMost()).isEqualTo(255);
        assertThat(snapshot.threads().live()).isEqualTo(1);
        assertThat(snapshot.fallback().blocks()).isZero();
    }

    @Test
    void liveBlocksAreExactThoughMagazinesHoldOthers() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            blocks.add(Heap.allocate(thread, OBJ | 100, 0));
        }
        long other = TestHeap.thread();
        for (int i = 0; i < 100; i++) {
            Heap.free(other, blocks.get(i), 0);
        }
        Snapshot snapshot = Snapshot.take();
        Snapshot.ClassUse use = only(snapshot, 2);
        assertThat(use.blockBytes()).isEqualTo(112);
        assertThat(use.liveBlocks()).isEqualTo(200);
        assertThat(use.totalBlocks()).isEqualTo(300);
        assertThat(use.peakBlocks()).isGreaterThanOrEqualTo(300);
        assertThat(use.magazineBlocks()).isPositive();
        assertThat(use.pools()).isPositive();
        assertThat(snapshot.domains().get(2).liveBytes()).isEqualTo(200 * 112);
        assertThat(snapshot.domains().get(0).classes()).isEmpty();
        assertThat(snapshot.threads().live()).isEqualTo(2);
    }

    @Test
    void largeBlocksCountInWholePages() {
        long block = Heap.allocate(thread, 100_000, 0);
        long gone = Heap.allocate(thread, 50_000, 0);
        Heap.free(thread, gone, 0);
        Snapshot.DomainUse use = Snapshot.take().domains().getFirst();
        assertThat(use.large()).isEqualTo(new Snapshot.LargeUse(1, 114_688, 114_688 + 65_536, 2, 0));
        assertThat(use.liveBytes()).isEqualTo(114_688);
        assertThat(use.usedBytes()).isEqualTo(114_688);
        Heap.free(thread, block, 0);
        Snapshot.PageHeapUse pages = Snapshot.take().pageHeap();
        assertThat(pages.dirtyBytes()).isEqualTo(114_688 + 65_536);
        assertThat(pages.committedPeakBytes()).isEqualTo(114_688 + 65_536);
        Heap.purge(thread, 0, 0);
        assertThat(Snapshot.take().pageHeap().purgedTotalBytes()).isEqualTo(114_688 + 65_536);
    }

    @Test
    void refusalsAndTheFallbacksShareAreSeen() {
        HeapFields.setLimitBytes(1 << 20);
        Heap.allocate(thread, 2 << 20, 0);
        Heap.allocate(thread, 1L << 40, 0);
        TestHeap.fallbackAllocate(thread, 64, 0);
        Snapshot snapshot = Snapshot.take();
        assertThat(snapshot.pageHeap().refusedByLimit()).isEqualTo(1);
        assertThat(snapshot.pageHeap().refusedByOs()).isEqualTo(1);
        assertThat(snapshot.fallback().boot()).isEqualTo(1);
        assertThat(only(snapshot, 0).totalBlocks()).isEqualTo(1);
        assertThat(snapshot.domains().getFirst().liveBytes()).isEqualTo(64);
    }
}
