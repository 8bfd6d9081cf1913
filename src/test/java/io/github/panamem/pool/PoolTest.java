package io.github.panamem.pool;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.arena.PageHeap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.sizeclass.SizeClass;
import io.github.panamem.testing.TestHeap;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PoolTest {
    private static final int MOST_BLOCKS = 16384;

    private final Arena arena = Arena.ofConfined();
    private final long slots = arena.allocate((MOST_BLOCKS + 1) * 8L, 8).address();
    private final Random random = new Random(7);

    @BeforeEach
    void heap() {
        TestHeap.reset(TestHeap.RANGE_BYTES);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private interface PoolBody {
        void accept(int pool, long blockBytes, int blocks);
    }

    /** For every class, and pools of all lengths that its table allows. */
    private void forEveryPool(PoolBody body) {
        for (int classIndex = 1; classIndex <= SizeClass.COUNT; classIndex++) {
            int most = SizeClass.poolPagesMost(classIndex);
            for (int pages = SizeClass.poolPagesFirst(classIndex); pages <= most; pages *= 2) {
                int pool = (int) PageHeap.take(pages, pages, classIndex);
                Pool.make(pool);
                long blockBytes = SizeClass.blockBytes(classIndex);
                body.accept(pool, blockBytes, (int) (Range.bytesOf(pages) / blockBytes));
            }
        }
    }

    @Test
    void handsOutEveryBlockOnceInAscendingOrder() {
        forEveryPool((pool, blockBytes, blocks) -> {
            assertThat(PoolCheck.finding(pool)).isNull();
            int left = blocks;
            long expected = Range.address(pool);
            while (left > 0) {
                int count = 1 + random.nextInt(100);
                int taken = Pool.take(pool, count, slots + count * 8L);
                assertThat(taken).isEqualTo(Math.min(count, left));
                for (int i = count - 1; i >= count - taken; i--) {
                    assertThat(Memory.getLong(slots + i * 8L)).isEqualTo(expected);
                    expected += blockBytes;
                }
                left -= taken;
                assertThat(PageRecord.freeCount(Range.record(pool))).isEqualTo(left);
                assertThat(PoolCheck.finding(pool)).isNull();
            }
            assertThat(Pool.take(pool, 5, slots + 40)).isZero();
        });
    }

    @Test
    void takesBlocksBackInAnyOrderAndHandsOutTheLowestFirst() {
        forEveryPool((pool, blockBytes, blocks) -> {
            Pool.take(pool, blocks, slots + blocks * 8L);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < blocks; i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            int given = Math.max(1, blocks / 2);
            for (int i = 0; i < given; i++) {
                Memory.putLong(slots + i * 8L, Range.address(pool) + order.get(i) * blockBytes);
            }
            assertThat(Pool.give(pool, slots, slots + given * 8L)).isEqualTo(given);
            assertThat(PoolCheck.finding(pool)).isNull();
            Pool.take(pool, 1, slots + 8);
            long lowest = Collections.min(order.subList(0, given));
            assertThat(Memory.getLong(slots)).isEqualTo(Range.address(pool) + lowest * blockBytes);
        });
    }

    @Test
    void givingStopsAtWhatIsNoBlockThatIsOut() {
        forEveryPool((pool, blockBytes, blocks) -> {
            Pool.take(pool, blocks, slots + blocks * 8L);
            long first = Range.address(pool);
            long end = first + Range.bytesOf(PageRecord.runPages(Range.record(pool)));
            long[] wrong = {first + 1, first + blockBytes - 1, first - 16, end, first + blocks * blockBytes, 0, -16};
            for (long address : wrong) {
                Memory.putLong(slots, address);
                assertThat(Pool.give(pool, slots, slots + 8)).as("%x", address).isZero();
            }
            Memory.putLong(slots, first + blockBytes);
            Memory.putLong(slots + 8, first + blockBytes);
            assertThat(Pool.give(pool, slots, slots + 16)).as("double free").isEqualTo(1);
            int bin = Range.bin(pool);
            assertThat(Pool.isOut(pool, bin, first + blockBytes)).isFalse();
            assertThat(Pool.isOut(pool, bin, first)).isTrue();
            assertThat(Pool.isOut(pool, bin, first + 8)).isFalse();
            assertThat(PoolCheck.finding(pool)).isNull();
        });
    }

    @Test
    void dissolvingLeavesNoTraceInTheRecordsInside() {
        forEveryPool((pool, blockBytes, blocks) -> {
            int pages = PageRecord.runPages(Range.record(pool));
            Pool.dissolve(pool);
            for (int page = pool + 1; page < pool + pages; page++) {
                assertThat(PageRecord.state(Range.record(page))).isEqualTo(PANAMEM_PAGE_INSIDE());
            }
        });
    }
}
