package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntervalTest {
    @Test
    void theRatioIsOneOfMedians() {
        Interval interval = Interval.of(new double[] {1, 2, 300}, new double[] {4, 4, 4});
        assertThat(interval.ratio()).isEqualTo(0.5);
    }

    @Test
    void whatNeverVariesIsKnownExactly() {
        Interval interval = Interval.of(new double[] {3, 3, 3, 3}, new double[] {2, 2, 2, 2});
        assertThat(interval).isEqualTo(new Interval(1.5, 1.5, 1.5));
        assertThat(interval.behind()).isTrue();
        assertThat(interval).hasToString("1.50 [1.50, 1.50]");
    }

    /** The machine was slow in half of the rounds, for both alike. */
    @Test
    void aMoodThatBothShareDoesNotWidenTheInterval() {
        double[] values = {11, 22, 11, 22, 11, 22, 11};
        double[] bases = {10, 20, 10, 20, 10, 20, 10};
        Interval interval = Interval.of(values, bases);
        assertThat(interval.low()).isCloseTo(1.1, within(1e-9));
        assertThat(interval.high()).isCloseTo(1.1, within(1e-9));
    }

    @Test
    void noiseIsNotCalledBehind() {
        SplittableRandom random = new SplittableRandom(1);
        double[] values = random.doubles(20, 0.8, 1.25).toArray();
        double[] bases = random.doubles(20, 0.8, 1.25).toArray();
        Interval interval = Interval.of(values, bases);
        assertThat(interval.low()).isLessThan(1);
        assertThat(interval.high()).isGreaterThan(1);
        assertThat(interval.behind()).isFalse();
    }

    @Test
    void moreRoundsNarrowIt() {
        SplittableRandom random = new SplittableRandom(2);
        Interval few = Interval.of(
                random.doubles(5, 1, 2).toArray(), random.doubles(5, 1, 2).toArray());
        Interval many = Interval.of(
                random.doubles(200, 1, 2).toArray(), random.doubles(200, 1, 2).toArray());
        assertThat(many.high() - many.low()).isLessThan(few.high() - few.low());
    }

    @Test
    void fewRoundsGiveNoIntervalAndNoneGiveNothing() {
        Interval two = Interval.of(new double[] {3, 3}, new double[] {2, 2});
        assertThat(two.known()).isFalse();
        assertThat(two).hasToString("1.50");
        assertThat(Interval.of(new double[0], new double[] {1}).ratio()).isNaN();
        assertThat(Interval.NONE.behind()).isFalse();
        assertThat(Interval.NONE).hasToString("–");
    }
}
