package io.github.panamem.heap;

import io.github.panamem.memory.Range;
import io.github.panamem.os.OsFaults;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations against a plain map of contents. -Dpanamem.seed=N plays one list more, by that seed. */
class ModelTest {
    private static final int STEPS = 3_000;
    private static final int THREADS = 3;
    private static final int CHECK_EVERY = 25;
    private static final long SECOND = 1_000_000_000L;

    @AfterEach
    void noFaults() {
        OsFaults.none();
    }

    private static void play(long seed, boolean mixed, Runnable prepare) {
        List<Step> steps = Step.random(seed, STEPS, THREADS, mixed);
        Model.play("seed " + seed, steps, THREADS, CHECK_EVERY, prepare);
    }

    private static void roomy() {
        TestHeap.reset(1L << 30);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void behavesLikeAMapOfContents(long seed) {
        play(seed, false, ModelTest::roomy);
    }

    @Test
    void likewiseForASeedThatIsNew() {
        long seed = Long.getLong("panamem.seed", System.nanoTime());
        System.out.println("model test: -Dpanamem.seed=" + seed);
        play(seed, false, ModelTest::roomy);
        play(seed, true, ModelTest::roomy);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void likewiseWithTheFallbackAsSecondOperator(long seed) {
        play(seed, true, ModelTest::roomy);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void likewiseWithAPurgeAtEveryTurn(long seed) {
        play(seed, true, () -> {
            roomy();
            HeapFields.setDirtyCapBytes(seed % 2 == 0 ? 0 : 1 << 20);
            HeapFields.setDecayNanos(SECOND / 1000);
        });
    }

    /** From a heap that serves hardly anything to one that refuses now and then. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 8, 13, 21, 64, 128, 256, 600})
    void likewiseWithinTinyLimits(int limitPages) {
        play(41, true, () -> {
            roomy();
            HeapFields.setLimitBytes(Range.bytesOf(limitPages));
        });
        play(42, false, () -> {
            roomy();
            HeapFields.setDomainLimitBytes(limitPages % 3, Range.bytesOf(limitPages));
            HeapFields.setDirtyCapBytes(Range.bytesOf(20));
        });
    }

    /** For every n up to where no arena is asked for any more. */
    @Test
    void likewiseWhenTheOsRefusesEveryNthArena() {
        int asked;
        int n = 1;
        do {
            int period = n++;
            play(51, false, () -> {
                roomy();
                OsFaults.refuseEveryCommit(period);
            });
            asked = OsFaults.commits();
        } while (n <= asked);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void likewiseWhenTheOsTakesNothingBack(int period) {
        play(61, false, () -> {
            roomy();
            HeapFields.setDirtyCapBytes(1 << 20);
            OsFaults.refuseEveryDiscard(period);
        });
    }

    @Test
    void likewiseInARangeThatEnds() {
        play(71, true, () -> TestHeap.reset(64L << 20));
    }
}
