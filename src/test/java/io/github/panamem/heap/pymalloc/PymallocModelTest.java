package io.github.panamem.heap.pymalloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.testing.TestPymalloc;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random programs get the very addresses that CPython's algorithm gives, and free the very arenas. */
class PymallocModelTest {
    private static final int STEPS = 160_000;
    private static final int PHASE = 40_000;
    private static final int CHECK_PERIOD = 4_000;

    private record Live(int sizeClass, long block) {}

    @ParameterizedTest
    @CsvSource({"1, 0, 32", "2, 4096, 32", "3, 0, 3", "4, 1044480, 2"})
    void everyAddressIsCpythons(long seed, long offset, int classes) {
        TestPymalloc c = TestPymalloc.start(offset, TestPymalloc.UNBOUNDED);
        CpythonModel model = new CpythonModel();
        SplittableRandom random = new SplittableRandom(seed);
        List<Live> live = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            boolean grows = step / PHASE % 2 == 0;
            if (live.isEmpty() || random.nextInt(10) < (grows ? 7 : 3)) {
                int sizeClass = 31 - random.nextInt(classes);
                long block = c.malloc(sizeClass);
                long expected =
                        model.malloc(sizeClass, () -> ArenaSlot.address(PoolHeader.arena(PoolHeader.of(block))));
                assertThat(block).as("step %d of seed %d", step, seed).isEqualTo(expected);
                live.add(new Live(sizeClass, block));
            } else {
                Live freed = takeOut(live, random.nextInt(live.size()));
                assertThat(c.free(freed.sizeClass, freed.block)).isTrue();
                model.free(freed.block);
            }
            if (step % CHECK_PERIOD == 0) {
                assertThat(PymallocCheck.finding()).isNull();
            }
        }
        while (!live.isEmpty()) {
            Live freed = takeOut(live, random.nextInt(live.size()));
            assertThat(c.free(freed.sizeClass, freed.block)).isTrue();
            model.free(freed.block);
        }
        assertThat(PymallocCheck.finding()).isNull();
        assertThat(TestPymalloc.takenBack()).isEqualTo(model.freedArenas).isGreaterThan(0);
        assertThat(TestPymalloc.given() - TestPymalloc.takenBack()).isEqualTo(model.arenas);
        assertThat(State.arenasNow()).isEqualTo(model.arenas);
    }

    private static Live takeOut(List<Live> live, int index) {
        Live last = live.removeLast();
        return index == live.size() ? last : live.set(index, last);
    }
}
