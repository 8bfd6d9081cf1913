package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final String LOOP =
            " pattern=pair min_bytes=64 live=1 threads=1 seed=1 operations=1 quick=1 warmup=1";
    private static final RowsFile FILE = new RowsFile(
            "rows.txt",
            List.of(
                    "micro row=a title=A" + LOOP,
                    "micro row=b title=B" + LOOP,
                    "floor row=f title=F contender=arena against=a" + LOOP,
                    "scaling series=live x=1 row=l1 title=L1" + LOOP,
                    "scaling series=live x=100 row=l2 title=L2" + LOOP,
                    "contender name=arena rows=micro,scaling,program via=table malloc=arena",
                    "contender name=glibc rows=micro,scaling,program via=table malloc=malloc",
                    "contender name=glibc-direct rows=micro via=direct",
                    "python name=3.14 where=bundled",
                    "startup row=s title=S program=python rounds=1 quick=1",
                    "workload row=w title=W script=w.py scale=1 quick=1",
                    "workload row=c title=C script=w.py scale=1 control=yes",
                    "interpreter name=stock rows=startup,workload",
                    "interpreter name=arena rows=startup,workload preload=yes malloc=arena",
                    "interpreter name=arena-sync rows=startup preload=yes malloc=arena",
                    "interpreter name=arena-native rows=startup,workload preload=yes malloc=arena",
                    "interpreter name=arena-native-sync rows=startup preload=yes malloc=arena",
                    "program row=p title=P target=p command=p",
                    "program row=q title=Q target=q command=q per_second=([0-9]+)"));

    private final Results results = new Results();

    private static Cell cell(String row, String contender) {
        return new Cell(row, contender, List.of(), Map.of(), Optional.empty(), Cell.Output.STDOUT, Cell.Served.ANYBODY);
    }

    private void micro(String row, String contender, double... cpuNs) {
        for (double one : cpuNs) {
            add(row, contender, one, null, null, null, null);
        }
    }

    private void process(String row, String contender, double wallMs, double cpuMs, double rssMib) {
        add(row, contender, null, wallMs, cpuMs, rssMib * 1024, null);
    }

    private void add(
            String row, String contender, Double cpuNs, Double wallMs, Double cpuMs, Double rssKib, Double readyMs) {
        Sample sample =
                new Sample(null, null, null, cpuNs, null, null, null, readyMs, null, wallMs, cpuMs, null, null, rssKib);
        results.add(cell(row, contender), sample);
    }

    private Document document() {
        return Report.document(Plan.of(FILE), results, Map.of("kernel", "k"), List.of("x: apt-get install y"));
    }

    private String section(String title) {
        String markdown = document().markdown();
        int begin = markdown.indexOf("## " + title);
        assertThat(begin).as(title).isNotNegative();
        int end = markdown.indexOf("\n## ", begin);
        return markdown.substring(begin, end < 0 ? markdown.length() : end).replaceAll(" +", " ");
    }

    @Test
    void ratiosAreToTheBestRankedContenderAndToGlibc() {
        micro("a", "arena", 10);
        micro("a", "glibc", 20);
        micro("a", "glibc-direct", 1);
        micro("b", "arena", 8);
        micro("b", "glibc", 4);
        assertThat(section("Against the best")).contains("| A | 1.00 | 2.00 |", "| B | 2.00 | 1.00 |");
        assertThat(section("Against glibc"))
                .contains("| A | 0.50 | 1.00 |", "| B | 2.00 | 1.00 |", "| geometric mean | 1.00 | 1.00 |");
        assertThat(section("Direct calls")).contains("| A | 20.0 | 1.0 |", "| B | 4.0 | – |");
        assertThat(document().markdown()).contains("- kernel: k", "- missing: x: apt-get install y");
    }

    @Test
    void aFloorIsGivenAsTheRatioOfTheRowAboveIt() {
        micro("a", "arena", 60);
        micro("f", "arena", 40);
        assertThat(section("Floors")).contains("| F | 40.0 | arena, a | 60.0 | 1.50 |");
        assertThat(section("Micro rows")).doesNotContain("| F |");
    }

    @Test
    void rowsWhereOursIsBehindBeyondDoubtComeFirst() {
        micro("a", "arena", 20, 21, 22, 20);
        micro("a", "glibc", 10, 10, 11, 11);
        micro("b", "arena", 10, 12, 9, 11);
        micro("b", "glibc", 10, 10, 11, 10);
        assertThat(document().sections().getFirst().title()).isEqualTo("Where arena is behind");
        assertThat(section("Where arena is behind"))
                .contains("| micro, CPU | A | glibc | 1.95 [")
                .doesNotContain("| B |");
        micro("b", "arena", 9, 9, 9, 9);
        assertThat(section("Where arena is behind")).doesNotContain("| B |");
    }

    @Test
    void workloadsAreRatiosToStockWithoutTheControlInTheMean() {
        process("w", "stock", 1000, 1000, 100);
        process("w", "arena", 1200, 900, 160);
        process("c", "stock", 1000, 1000, 100);
        process("c", "arena", 1000, 2000, 100);
        assertThat(section("CPython 3.14: CPU"))
                .contains("| W | 1.00 | 0.90 |", "| C | 1.00 | 2.00 |", "| geometric mean | 1.00 | 0.90 |");
        assertThat(section("CPython 3.14: wall")).contains("| W | 1.00 | 1.20 |");
        assertThat(section("CPython 3.14: peak RSS against")).contains("| W | 1.00 | 1.60 |");
    }

    @Test
    void rssOverTheFixedCostKnowsWhetherJavaHadStarted() {
        process("s", "stock", 10, 8, 10);
        process("s", "arena", 11, 9, 12);
        process("s", "arena-sync", 90, 78, 50);
        assertThat(section("Start-up")).contains("| S, 3.14 | arena-sync | 90.0 | 80.0 | 78.0 | 70.0 | 50.0 | 40.0 |");
        process("s", "arena-native", 12, 10, 12);
        process("s", "arena-native-sync", 16, 12, 20);
        process("w", "stock", 1000, 1000, 100);
        add("w", "arena", null, 1000.0, 900.0, 160.0 * 1024, 85.0);
        add("w", "arena-native", null, 1000.0, 900.0, 130.0 * 1024, 3.0);
        process("c", "stock", 1000, 1000, 10);
        process("c", "arena", 1000, 1000, 13);
        process("c", "arena-native", 1000, 1000, 14);
        assertThat(section("CPython 3.14: peak RSS over"))
                .contains(
                        "| W | 1.00 | 1.20 | 1.20 |",
                        "| C | 1.00 | 1.10 | 1.20 |",
                        "| geometric mean | 1.00 | 1.20 | 1.20 |");
    }

    @Test
    void programsAreComparedByTimeOrByTimePerWork() {
        process("p", "arena", 100, 90, 10);
        process("p", "glibc", 100, 100, 20);
        results.add(cell("q", "arena"), cost(50));
        results.add(cell("q", "glibc"), cost(100));
        assertThat(section("Programs of mimalloc-bench")).contains("| P | 0.90 | 1.00 |", "| Q | 0.50 | 1.00 |");
        assertThat(section("Programs: peak RSS against")).contains("| P | 0.50 | 1.00 |");
    }

    private static Sample cost(double cpuMs) {
        return new Sample(null, null, null, null, null, null, null, null, null, 1.0, 1.0, cpuMs, cpuMs, null);
    }

    @Test
    void aSeriesEndsWithItsGrowthAndOursMustNotGrowFasterThanTheWorstPeer() {
        micro("l1", "arena", 10);
        micro("l2", "arena", 50);
        micro("l1", "glibc", 20);
        micro("l2", "glibc", 40);
        assertThat(section("Scaling with live blocks"))
                .contains("| L1 | 10.0 | 20.0 |", "| L2 | 50.0 | 40.0 |", "| growth | 5.00 | 2.00 |");
        assertThat(section("Where arena is behind"))
                .contains("| scaling | growth with live blocks | the worst peer | 2.50 |");
    }

    @Test
    void theSpreadStandsBesideAMedianOfSeveralRounds() {
        micro("a", "arena", 10, 12);
        assertThat(section("Micro rows")).contains("| A | 11.0 ±9% |");
        assertThat(results.medians().get("a").get("arena").get(Sample.Figure.CPU_NS))
                .isEqualTo(new Results.Summary(11, 1.0 / 11, 2));
    }

    @Test
    void aFailureIsNamedAndLeavesADash() {
        micro("a", "glibc", 20);
        micro("b", "arena", 20);
        results.fail(cell("a", "arena"), "exit 1: why");
        assertThat(document().markdown()).contains("- **failed**: a, arena: exit 1: why");
        assertThat(section("Against the best")).contains("| A | – | 1.00 |");
    }
}
