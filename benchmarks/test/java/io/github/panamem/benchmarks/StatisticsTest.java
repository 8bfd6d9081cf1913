package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void medianIsTheMiddleValueInAnyOrder() {
        assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
        assertThat(Statistics.median(4, 1, 3, 100)).isEqualTo(3.5);
        assertThat(Statistics.median(7)).isEqualTo(7);
        assertThat(Statistics.median()).isNaN();
    }

    @Test
    void medianLeavesItsValuesAsTheyWere() {
        double[] values = {3, 1, 2};
        Statistics.median(values);
        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void spreadIsTheDistanceOfTheQuartilesOverTheMedian() {
        assertThat(Statistics.spread(1, 2, 3, 4, 5)).isEqualTo(2.0 / 3);
        assertThat(Statistics.spread(10, 20)).isCloseTo(5.0 / 15, within(1e-12));
        assertThat(Statistics.spread(8)).isNaN();
        assertThat(Statistics.spread(0, 0, 0)).isZero();
        assertThat(Statistics.spread()).isNaN();
        assertThat(Statistics.spread(0, 0, 2)).isNaN();
    }

    @Test
    void oneOutlierDoesNotWidenTheSpread() {
        assertThat(Statistics.spread(10, 10, 10, 10, 1000)).isZero();
    }

    @Test
    void ratioWithoutOneSideIsNoNumber() {
        assertThat(Statistics.ratio(3, 2)).isEqualTo(1.5);
        assertThat(Statistics.ratio(3, 0)).isNaN();
        assertThat(Statistics.ratio(Double.NaN, 2)).isNaN();
        assertThat(Statistics.ratio(3, Double.NaN)).isNaN();
    }

    @Test
    void geometricMeanTreatsTwiceAndHalfAlikeAndSkipsWhatIsMissing() {
        assertThat(Statistics.geometricMean(2, 0.5)).isCloseTo(1, within(1e-12));
        assertThat(Statistics.geometricMean(4, Double.NaN, 1)).isCloseTo(2, within(1e-12));
        assertThat(Statistics.geometricMean()).isNaN();
    }

    @Test
    void everyContenderRunsAtEveryPlaceOfARound() {
        List<String> contenders = List.of("a", "b", "c");
        assertThat(Statistics.rotated(contenders, 0)).containsExactly("a", "b", "c");
        assertThat(Statistics.rotated(contenders, 1)).containsExactly("b", "c", "a");
        Set<String> firsts = new HashSet<>();
        for (int round = 0; round < 3; round++) {
            assertThat(Statistics.rotated(contenders, round)).containsExactlyInAnyOrderElementsOf(contenders);
            firsts.add(Statistics.rotated(contenders, round).getFirst());
        }
        assertThat(firsts).hasSize(3);
        assertThat(Statistics.rotated(List.of(), 5)).isEmpty();
    }
}
