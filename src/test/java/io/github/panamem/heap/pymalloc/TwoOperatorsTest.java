package io.github.panamem.heap.pymalloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import io.github.panamem.testing.TestPymalloc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java and the C fallback give blocks back to the same pools, in any order, and no block is ever handed out twice. */
class TwoOperatorsTest {
    private static final int STEPS = 160_000;
    private static final int PHASE = 40_000;
    private static final int CHECK_PERIOD = 2_000;

    private record Live(int sizeClass, long block) {}

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void poolsStaySound(long seed) {
        TestPymalloc c = TestPymalloc.start();
        SplittableRandom random = new SplittableRandom(seed);
        Map<Long, Live> live = new HashMap<>();
        List<Live> order = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            boolean grows = step / PHASE % 2 == 0;
            if (order.isEmpty() || random.nextInt(10) < (grows ? 7 : 3)) {
                Live made = new Live(random.nextInt(32), 0);
                made = new Live(made.sizeClass, c.malloc(made.sizeClass));
                assertThat(live.put(made.block, made)).as("handed out twice").isNull();
                Memory.putLong(made.block, made.block);
                order.add(made);
            } else {
                int index = random.nextInt(order.size());
                Live last = order.removeLast();
                Live freed = index == order.size() ? last : order.set(index, last);
                live.remove(freed.block);
                assertThat(Memory.getLong(freed.block)).as("written by another").isEqualTo(freed.block);
                boolean byC = random.nextInt(3) == 0;
                assertThat(byC ? TestPymalloc.fallbackFree(freed.block) : c.free(freed.sizeClass, freed.block))
                        .isTrue();
            }
            if (step % CHECK_PERIOD == 0) {
                assertThat(PymallocCheck.finding()).isNull();
            }
        }
        for (Live last : order) {
            assertThat(TestPymalloc.fallbackFree(last.block)).isTrue();
        }
        for (int sizeClass = 0; sizeClass < 32; sizeClass++) {
            assertThat(c.free(sizeClass, c.malloc(sizeClass))).isTrue();
        }
        assertThat(State.arenasNow()).isEqualTo(1);
        assertThat(TestPymalloc.takenBack()).isEqualTo(TestPymalloc.given() - 1);
        assertThat(PymallocCheck.finding()).isNull();
    }
}
