package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final RowsFile FILE = new RowsFile(List.of(
            "micro row=a title=A pattern=pair min_bytes=64 live=1 threads=1 seed=1 operations=1 quick=1 warmup=1",
            "micro row=b title=B pattern=pair min_bytes=64 live=1 threads=1 seed=1 operations=1 quick=1 warmup=1",
            "floor row=f title=F pattern=noop min_bytes=64 live=1 threads=1 seed=1 operations=1 quick=1 warmup=1"
                    + " contender=ours against=a",
            "contender name=ours via=table malloc=arena",
            "contender name=glibc via=table malloc=malloc",
            "contender name=plain via=direct",
            "startup row=s title=S rounds=1 quick=1",
            "workload row=w title=W script=w.py scale=1 quick=1",
            "interpreter name=stock rows=startup,workload",
            "interpreter name=sync rows=startup,workload preload=yes malloc=arena"));

    private final Results results = new Results();

    private void add(String row, String contender, Double cpuNs, Double wallMs, Double cpuMs, Double rssKib) {
        Cell cell = new Cell(row, contender, List.of(), Map.of(), Optional.empty(), Optional.empty());
        results.add(cell, new Sample(null, null, cpuNs, null, null, null, null, null, wallMs, cpuMs, rssKib));
    }

    private String markdown() {
        return Report.markdown(Plan.of(FILE), results, Map.of("kernel", "k"), List.of("x: apt-get install y"));
    }

    private static String section(String markdown, String title) {
        int begin = markdown.indexOf("## " + title);
        assertThat(begin).as(title).isNotNegative();
        int end = markdown.indexOf("\n## ", begin);
        return markdown.substring(begin, end < 0 ? markdown.length() : end).replaceAll(" +", " ");
    }

    @Test
    void ratiosAreToTheBestRankedContenderAndToGlibc() {
        add("a", "ours", 10.0, null, null, null);
        add("a", "glibc", 20.0, null, null, null);
        add("a", "plain", 1.0, null, null, null);
        add("b", "ours", 8.0, null, null, null);
        add("b", "glibc", 4.0, null, null, null);
        String markdown = markdown();
        assertThat(section(markdown, "Against the best")).contains("| A | 1.00 | 2.00 |", "| B | 2.00 | 1.00 |");
        assertThat(section(markdown, "Against glibc"))
                .contains("| A | 0.50 | 1.00 |", "| B | 2.00 | 1.00 |", "| geometric mean | 1.00 | 1.00 |");
        assertThat(section(markdown, "Direct calls")).contains("| A | 1.0 |", "| B | – |");
        assertThat(markdown).contains("- kernel: k", "- missing: x: apt-get install y");
    }

    @Test
    void aFloorIsGivenAsTheRatioOfTheRowAboveIt() {
        add("a", "ours", 60.0, null, null, null);
        add("f", "ours", 40.0, null, null, null);
        assertThat(section(markdown(), "Floors")).contains("| F | 40.0 | ours, a | 60.0 | 1.50 |");
        assertThat(section(markdown(), "Micro rows")).doesNotContain("| F |");
    }

    @Test
    void workloadsAreRatiosToTheFirstAndRssAlsoWithoutTheFixedCost() {
        add("s", "stock", null, 10.0, 8.0, 10.0 * 1024);
        add("s", "sync", null, 90.0, 78.0, 50.0 * 1024);
        add("w", "stock", null, 1000.0, 1000.0, 100.0 * 1024);
        add("w", "sync", null, 1000.0, 900.0, 160.0 * 1024);
        String markdown = markdown();
        assertThat(section(markdown, "Start-up")).contains("| S | sync | 90.0 | 80.0 | 78.0 | 70.0 | 50.0 |");
        assertThat(section(markdown, "Workloads")).contains("| W | sync | 900.0 | 0.90 | 0.83 | 160.0 | 1.60 | 1.20 |");
    }

    @Test
    void theSpreadStandsBesideAMedianOfSeveralRounds() {
        add("a", "ours", 10.0, null, null, null);
        add("a", "ours", 12.0, null, null, null);
        assertThat(section(markdown(), "Micro rows")).contains("| A | 11.0 ±9% |");
        assertThat(results.medians().get("a").get("ours").get(Sample.Figure.CPU_NS))
                .isEqualTo(new Results.Summary(11, 1.0 / 11, 2));
    }

    @Test
    void aFailureIsNamedAndLeavesADash() {
        add("a", "glibc", 20.0, null, null, null);
        results.fail(new Cell("a", "ours", List.of(), Map.of(), Optional.empty(), Optional.empty()), "exit 1: why");
        assertThat(markdown()).contains("- **failed**: a, ours: exit 1: why");
        assertThat(section(markdown(), "Against the best")).contains("| A | – | 1.00 |");
    }
}
