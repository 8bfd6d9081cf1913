package io.github.panamem.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.testing.TestHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** C takes from Java's pools and gives to them (native/bin.c): nobody may be able to tell by which blocks and pools there are. */
class PoolsOfCTest extends FreshHeap {
    private static final int STEPS = 30_000;
    private static final int SWING = 5_000; /* steps after which most go back */

    /** What one step left: the block that came or went, from the first one on, and the bin's pools. */
    private record Trace(long offset, int pools) {}

    private interface Operator {
        long take(int bin);

        void give(int bin, long block);
    }

    private static final class Java implements Operator {
        @Override
        public long take(int bin) {
            return Bin.takeSingle(bin);
        }

        @Override
        public void give(int bin, long block) {
            assertThat(Bin.giveSingle(bin, block)).isTrue();
        }
    }

    private static final class WithC implements Operator {
        private int made;
        private int dissolved;

        private static int pools(int bin) {
            return BinRecord.poolCount(BinRecord.address(bin));
        }

        @Override
        public long take(int bin) {
            long block = TestHeap.takeThere(bin);
            if (block != 0) {
                return block;
            }
            int before = pools(bin);
            block = Bin.takeSingle(bin);
            made += pools(bin) - before;
            assertThat(pools(bin)).isEqualTo(before + 1);
            return block;
        }

        @Override
        public void give(int bin, long block) {
            int before = pools(bin);
            if (TestHeap.giveThere(bin, block)) {
                assertThat(pools(bin)).isEqualTo(before);
                return;
            }
            assertThat(Bin.giveSingle(bin, block)).isTrue();
            assertThat(pools(bin)).isEqualTo(before - 1);
            dissolved++;
        }
    }

    private List<Trace> run(int bin, long seed, Operator operator) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> live = new ArrayList<>();
        List<Trace> traces = new ArrayList<>();
        long first = 0;
        for (int step = 0; step < STEPS || !live.isEmpty(); step++) {
            boolean grows = step < STEPS && step / SWING % 2 == 0;
            long block;
            if (live.isEmpty() || random.nextInt(10) < (grows ? 8 : step < STEPS ? 2 : 0)) {
                block = operator.take(bin);
                first = first == 0 ? block : first;
                live.add(block);
            } else {
                int index = random.nextInt(live.size());
                block = live.get(index);
                live.set(index, live.getLast());
                live.removeLast();
                operator.give(bin, block);
            }
            traces.add(new Trace(block - first, BinRecord.poolCount(BinRecord.address(bin))));
        }
        return traces;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, BIN_64, 20, 40, 50})
    void javaAloneLeavesTheSameBlocksAndPools(int bin) {
        for (long seed = 1; seed <= 3; seed++) {
            List<Trace> alone = run(bin, seed, new Java());
            heap();
            WithC both = new WithC();
            assertThat(run(bin, seed, both)).isEqualTo(alone);
            assertThat(both.made).isPositive();
            assertThat(both.dissolved).isEqualTo(both.made - WithC.pools(bin));
            heap();
        }
    }
}
