package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class PageTest {
    private static String page(Chart chart) {
        Table table = new Table(List.of("row", "a<b"));
        table.add(List.of("x & y", "1.00"));
        Document.Section section = new Document.Section("Title", "A note.", table, Optional.of(chart));
        return Page.html(new Document(Map.of("kernel", "k"), List.of("missing: z"), List.of(section)));
    }

    private static final Chart RATIOS = new Chart.Ratios(
            "ours",
            List.of("ours", "other"),
            List.of(new Chart.Group(
                    "row 1",
                    List.of(
                            new Chart.Dot("ours", new Interval(0.8, 0.7, 0.9)),
                            new Chart.Dot("other", new Interval(1, 0.9, 1.1))))));

    private static final Chart LINES = new Chart.Lines(
            "threads",
            List.of(
                    new Chart.Line("ours", List.of(new Chart.Point(1, 10), new Chart.Point(64, 12))),
                    new Chart.Line("other", List.of())));

    @Test
    void needsNothingFromAnywhereElse() {
        assertThat(page(RATIOS)).doesNotContain("http", "src=", "@import", "url(", "<script");
    }

    @Test
    void escapesWhatTablesSay() {
        assertThat(page(RATIOS))
                .contains("<th>a&lt;b</th>", "<td>x &amp; y</td>", "<dt>kernel</dt><dd>k</dd>", "missing: z");
    }

    @Test
    void suitsLightAndDarkAndSmallScreens() {
        assertThat(page(RATIOS))
                .contains("prefers-color-scheme: dark", "width=device-width", "overflow-x: auto", "max-width: 36rem");
    }

    /** Each body is well-formed by XML's strict rules, once the two tags that HTML leaves open are gone. */
    @Test
    void isWellFormed() throws Exception {
        for (Chart chart : List.of(RATIOS, LINES)) {
            String body = page(chart).replaceAll("(?s)^.*<body>", "<body>").replace("</html>", "");
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(body)));
        }
    }

    @Test
    void everyDotIsDrawnOnceAndTellsItsFigure() {
        assertThat(page(RATIOS))
                .containsOnlyOnce("<title>ours 0.80 [0.70, 0.90]</title>")
                .containsOnlyOnce("<title>other 1.00 [0.90, 1.10]</title>")
                .containsOnlyOnce("class=\"range");
        assertThat(page(LINES))
                .containsOnlyOnce("class=\"course k0\"")
                .contains("<title>ours 1: 10.0 ns</title>", "<title>ours 64: 12.0 ns</title>");
    }

    @Test
    void positionsOnAnAxisAreInProportionToRatios() {
        Axis axis = new Axis(0.5, 2);
        assertThat(axis.share(0.5)).isZero();
        assertThat(axis.share(1)).isEqualTo(0.5);
        assertThat(axis.share(100)).isEqualTo(1);
        assertThat(axis.ticks()).containsExactly(0.5, 1.0, 2.0);
        assertThat(Axis.around(DoubleStream.of(0.9, 20), 0.5, 2).within(0.25, 4).most())
                .isEqualTo(4);
        assertThat(Axis.around(DoubleStream.of(Double.NaN), 0.5, 2).within(0.5, 2))
                .isEqualTo(axis);
        assertThat(new Axis(1, 1e7).ticks()).hasSize(8).contains(1.0, 1e7);
    }

    @Test
    void contendersKeepTheirLookThroughoutAPageAndDifferFromEachOther() {
        Chart otherAlone = new Chart.Ratios("ours", List.of("other"), List.of());
        Table table = new Table(List.of("row"));
        Document.Section first = new Document.Section("1", "", table, Optional.of(RATIOS));
        Document.Section second = new Document.Section("2", "", table, Optional.of(otherAlone));
        String page = Page.html(new Document(Map.of(), List.of(), List.of(first, second)));
        assertThat(looks(page, "other"))
                .hasSize(2)
                .containsOnly(looks(page, "other").getFirst());
        assertThat(looks(page, "ours"))
                .hasSize(1)
                .doesNotContain(looks(page, "other").getFirst());
    }

    @Test
    void twentySixContendersLookDifferent() {
        List<String> contenders =
                IntStream.rangeClosed('a', 'z').mapToObj(Character::toString).toList();
        String page = page(new Chart.Ratios("a", contenders, List.of()));
        assertThat(contenders.stream().map(contender -> looks(page, contender).getFirst()))
                .doesNotHaveDuplicates();
    }

    /** As the legends show it. */
    private static List<String> looks(String page, String contender) {
        return Pattern.compile("<path ([^>]+)/></svg>" + contender + "</span>")
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
