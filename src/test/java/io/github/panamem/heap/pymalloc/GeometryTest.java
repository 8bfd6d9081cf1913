package io.github.panamem.heap.pymalloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.heap.Magazine;
import io.github.panamem.memory.Memory;
import io.github.panamem.testing.TestPymalloc;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools and arenas are CPython's: how many blocks and pools fit, where they lie, and which arena is filled or freed. */
class GeometryTest {
    private static final int CLASS_512 = 31;
    private static final int BLOCKS_512 = 31;
    private static final int POOL_BYTES = 16384;

    private static long pool(long block) {
        return block / POOL_BYTES * POOL_BYTES;
    }

    @ParameterizedTest
    @CsvSource({"0, 1021", "1, 510", "2, 340", "7, 127", "15, 63", "30, 32", "31, 31"})
    void blocksPerPool(int sizeClass, int blocks) {
        TestPymalloc c = TestPymalloc.start();
        long first = c.malloc(sizeClass);
        assertThat(first % POOL_BYTES).isEqualTo(48);
        for (int i = 1; i < blocks; i++) {
            assertThat(c.malloc(sizeClass)).isEqualTo(first + i * 16L * (sizeClass + 1));
        }
        assertThat(c.malloc(sizeClass)).isEqualTo(first + POOL_BYTES);
        assertThat(PymallocCheck.finding()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4096, 16384, 20480, 1044480})
    void anArenaThatBeginsInsideAPoolLosesOne(long offset) {
        TestPymalloc c = TestPymalloc.start(offset, 1);
        int blocks = 0;
        while (c.malloc(CLASS_512) != 0) {
            blocks++;
        }
        assertThat(blocks).isEqualTo((offset % POOL_BYTES == 0 ? 64 : 63) * BLOCKS_512);
        assertThat(PymallocCheck.finding()).isNull();
    }

    @Test
    void theBlockThatCameBackLastGoesOutFirst() {
        TestPymalloc c = TestPymalloc.start();
        long[] blocks = fill(c, 5);
        for (int i : new int[] {3, 0, 4}) {
            c.free(CLASS_512, blocks[i]);
        }
        assertThat(c.malloc(CLASS_512)).isEqualTo(blocks[4]);
        assertThat(c.malloc(CLASS_512)).isEqualTo(blocks[0]);
        assertThat(c.malloc(CLASS_512)).isEqualTo(blocks[3]);
    }

    @Test
    void aPoolThatWasFullServesNext() {
        TestPymalloc c = TestPymalloc.start();
        long[] blocks = fill(c, 2 * BLOCKS_512 + 1);
        c.free(CLASS_512, blocks[7]);
        assertThat(c.malloc(CLASS_512)).isEqualTo(blocks[7]);
        assertThat(pool(c.malloc(CLASS_512))).isEqualTo(pool(blocks[2 * BLOCKS_512]));
    }

    @Test
    void anEmptyPoolServesAnotherClass() {
        TestPymalloc c = TestPymalloc.start();
        long keeps = c.malloc(0);
        long block = c.malloc(CLASS_512);
        c.free(CLASS_512, block);
        assertThat(pool(c.malloc(5))).isEqualTo(pool(block)).isNotEqualTo(pool(keeps));
    }

    @Test
    void theArenaWithFewestFreePoolsIsFilledFirst() {
        TestPymalloc c = TestPymalloc.start();
        long[] blocks = fill(c, 3 * 64 * BLOCKS_512);
        freePools(c, blocks, 0, 3);
        freePools(c, blocks, 64, 1);
        freePools(c, blocks, 128, 2);
        int[] expected = {64, 128, 129, 0, 1, 2};
        for (int pool : expected) {
            long arena = blocks[pool / 64 * 64 * BLOCKS_512];
            long block = c.malloc(0);
            for (int i = 1; i < 1021; i++) {
                c.malloc(0);
            }
            assertThat(block).isBetween(arena, arena + 64 * POOL_BYTES);
        }
        assertThat(TestPymalloc.given()).isEqualTo(3);
        assertThat(PymallocCheck.finding()).isNull();
    }

    @Test
    void anArenaThatIsWhollyFreeGoesBackUnlessItIsTheLast() {
        TestPymalloc c = TestPymalloc.start();
        long[] blocks = fill(c, 2 * 64 * BLOCKS_512);
        freePools(c, blocks, 0, 64);
        assertThat(TestPymalloc.takenBack()).isZero();
        assertThat(State.arenasNow()).isEqualTo(2);
        freePools(c, blocks, 64, 63);
        assertThat(TestPymalloc.takenBack()).isZero();
        freePools(c, blocks, 127, 1);
        assertThat(TestPymalloc.takenBack()).isEqualTo(1);
        assertThat(State.arenasNow()).isEqualTo(1);
        assertThat(AddressMap.contains(blocks[0])).isTrue();
        assertThat(AddressMap.contains(blocks[64 * BLOCKS_512])).isFalse();
        assertThat(PymallocCheck.finding()).isNull();
        assertThat(pool(c.malloc(CLASS_512))).isNotZero();
        assertThat(TestPymalloc.given()).isEqualTo(2);
    }

    @Test
    void withoutAnArenaThereIsNoBlock() {
        TestPymalloc c = TestPymalloc.start(0, 0);
        assertThat(c.malloc(3)).isZero();
        assertThat(State.arenasNow()).isZero();
        assertThat(PymallocCheck.finding()).isNull();
    }

    // ---- Batches

    @Test
    void aStockOpensNoFurtherPool() {
        TestPymalloc c = TestPymalloc.start();
        TestPymalloc.offer();
        int bin = TestPymalloc.bin(CLASS_512);
        assertThat(Pymalloc.refill(c.thread(), bin, 40)).isEqualTo(BLOCKS_512);
        long magazine = Magazine.address(c.thread(), bin);
        assertThat(Magazine.count(magazine)).isEqualTo(BLOCKS_512);
        assertThat(Memory.getLong(Magazine.top(magazine)) % POOL_BYTES).isEqualTo(48);
        assertThat(Memory.getLong(Magazine.bottom(magazine)) % POOL_BYTES).isEqualTo(48 + 30 * 512);
        assertThat(Pymalloc.flush(c.thread(), bin, 5)).isEqualTo(5);
        assertThat(PymallocCheck.finding()).isNull();
    }

    @Test
    void binsThatAreNoClassAreRefused() {
        TestPymalloc c = TestPymalloc.start();
        TestPymalloc.offer();
        for (long bin : new long[] {-1, 0, 5, TestPymalloc.bin(-1), TestPymalloc.bin(32), Long.MAX_VALUE}) {
            assertThat(Pymalloc.refill(c.thread(), bin, 5)).isZero();
            assertThat(Pymalloc.flush(c.thread(), bin, 5)).isZero();
        }
        assertThat(Pymalloc.refill(c.thread(), TestPymalloc.bin(3), 0)).isZero();
        assertThat(Pymalloc.refill(c.thread(), TestPymalloc.bin(3), -7)).isZero();
    }

    @Test
    void whatIsNoBlockOfTheClassIsRefused() {
        TestPymalloc c = TestPymalloc.start();
        long block = c.malloc(9);
        assertThat(c.free(9, block + 16)).isFalse();
        assertThat(c.free(8, block)).isFalse();
        assertThat(c.free(9, pool(block))).isFalse();
        assertThat(c.free(9, block + 160)).as("never handed out").isTrue();
        assertThat(c.free(9, block)).as("none is out any more").isFalse();
    }

    // ---- The fallback as a second operator

    @Test
    void poolsThatCEmptiedGoBackToTheirArenas() {
        TestPymalloc c = TestPymalloc.start();
        long[] blocks = fill(c, 2 * 64 * BLOCKS_512);
        for (long block : blocks) {
            assertThat(TestPymalloc.fallbackFree(block)).isTrue();
        }
        assertThat(PymallocCheck.finding()).isNull();
        assertThat(TestPymalloc.takenBack()).isZero();
        assertThat(State.emptied(CLASS_512)).isPositive();
        long block = c.malloc(CLASS_512);
        assertThat(State.emptied(CLASS_512)).isZero();
        assertThat(PymallocCheck.finding()).isNull();
        assertThat(TestPymalloc.takenBack()).isEqualTo(1);
        assertThat(c.free(CLASS_512, block)).isTrue();
        assertThat(PymallocCheck.finding()).isNull();
    }

    @Test
    void theFallbackRefusesWhatIsNoBlock() {
        TestPymalloc c = TestPymalloc.start();
        long block = c.malloc(9);
        assertThat(TestPymalloc.fallbackFree(block + 16)).isFalse();
        assertThat(TestPymalloc.fallbackFree(pool(block))).isFalse();
        assertThat(TestPymalloc.fallbackFree(block + 2 * 160)).as("never used").isFalse();
        assertThat(TestPymalloc.fallbackFree(block)).isTrue();
        assertThat(TestPymalloc.fallbackFree(block)).isFalse();
        assertThat(PymallocCheck.finding()).isNull();
    }

    // ---- Helpers

    /** So many blocks of 512 bytes, pool after pool. */
    private static long[] fill(TestPymalloc c, int count) {
        long[] blocks = new long[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = c.malloc(CLASS_512);
        }
        return blocks;
    }

    private static void freePools(TestPymalloc c, long[] blocks, int first, int count) {
        List<Long> freed = new ArrayList<>();
        for (int i = first * BLOCKS_512; i < (first + count) * BLOCKS_512; i++) {
            assertThat(c.free(CLASS_512, blocks[i])).isTrue();
            freed.add(blocks[i]);
        }
        assertThat(freed).doesNotHaveDuplicates();
    }
}
