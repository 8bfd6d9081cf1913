package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as one HTML page that needs nothing else: charts are inline SVG, light and dark follow the reader's system,
 * and wide tables scroll by themselves on a small screen.
 */
final class Page {
    private static final String STYLE = """
            :root { color-scheme: light dark; --back: #fcfcfb; --text: #1c1c1a; --soft: #6b6b66; --line: #dddcd6;
              --c0: #0067a5; --c1: #b35400; --c2: #00805c; --c3: #a6428c; --c4: #6b5bd0; --c5: #8a6d00; }
            @media (prefers-color-scheme: dark) { :root { --back: #161615; --text: #ecebe6; --soft: #a3a29b; --line: #3a3a37;
              --c0: #5cb3f0; --c1: #f29a4a; --c2: #3cc79b; --c3: #e58bc9; --c4: #a99bff; --c5: #d9bb3d; } }
            * { box-sizing: border-box; }
            body { background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto;
              max-width: 72rem; padding: 1rem; }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
            p, dl, li { color: var(--soft); margin: .3rem 0; max-width: 60rem; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .9rem; }
            dt { color: var(--text); } dd { margin: 0; overflow-wrap: anywhere; }
            @media (max-width: 36rem) { dl { display: block; } }
            .scroll { overflow-x: auto; }
            table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
            th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: right; white-space: nowrap; }
            th { color: var(--soft); font-weight: 600; }
            th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--back);
              white-space: normal; min-width: 7rem; max-width: 22rem; }
            figure { color: var(--soft); font-size: .8rem; margin: .8rem 0 1.2rem; }
            figcaption { color: var(--text); display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .85rem; margin-bottom: .4rem; }
            figcaption svg { width: 14px; height: 14px; vertical-align: -2px; margin-right: .3rem; }
            .row { color: var(--text); display: grid; grid-template-columns: minmax(9rem, 18rem) 1fr; align-items: center; gap: 0 1rem;
              font-size: .85rem; }
            @media (max-width: 36rem) { .row { display: block; margin-bottom: .2rem; } }
            .strip { width: 100%; height: 24px; overflow: visible; display: block; }
            .plot { width: 100%; height: 260px; overflow: visible; display: block; margin: .4rem 0 1.6rem; }
            svg text { fill: var(--soft); font-size: 12px; }
            .grid { stroke: var(--line); } .one { stroke: var(--soft); stroke-width: 1.5; }
            .k0 { --c: var(--c0); } .k1 { --c: var(--c1); } .k2 { --c: var(--c2); } .k3 { --c: var(--c3); }
            .k4 { --c: var(--c4); } .k5 { --c: var(--c5); }
            .mark { fill: var(--c); stroke: var(--back); } .range, .course { stroke: var(--c); }
            .range { stroke-width: 2; opacity: .5; } .course { stroke-width: 2; }
            """;

    private final List<String> contenders = new ArrayList<>(); // in the order in which charts first show them
    private final StringBuilder html = new StringBuilder();

    private Page() {}

    static String html(Document document) {
        Page page = new Page();
        page.head(document);
        for (Document.Section section : document.sections()) {
            page.html.append("<h2>").append(escaped(section.title())).append("</h2>\n");
            if (!section.note().isEmpty()) {
                page.html.append("<p>").append(escaped(section.note())).append("</p>\n");
            }
            section.chart().ifPresent(page::chart);
            page.table(section.table());
        }
        return page.html.append("</body></html>\n").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private void head(Document document) {
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Panamem bench</title>\n<style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Panamem bench</h1>\n<dl>\n");
        document.facts()
                .forEach((key, value) -> html.append(
                        String.format(Locale.ROOT, "<dt>%s</dt><dd>%s</dd>%n", escaped(key), escaped(value))));
        html.append("</dl>\n");
        if (!document.remarks().isEmpty()) {
            html.append("<ul>\n");
            document.remarks()
                    .forEach(remark -> html.append("<li>")
                            .append(escaped(remark.replace("**", "")))
                            .append("</li>\n"));
            html.append("</ul>\n");
        }
        html.append("<p>").append(escaped(Document.READING)).append("</p>\n");
    }

    private void table(Table table) {
        html.append("<div class=\"scroll\"><table><thead><tr>");
        table.heads().forEach(head -> html.append("<th>").append(escaped(head)).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (List<String> line : table.lines()) {
            html.append("<tr>");
            line.forEach(cell -> html.append("<td>").append(escaped(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private void chart(Chart chart) {
        Drawing drawing = new Drawing(this::number);
        html.append(
                switch (chart) {
                    case Chart.Ratios ratios -> drawing.ratios(ratios);
                    case Chart.Lines lines -> drawing.lines(lines);
                });
    }

    /** The same contender looks the same in every chart of the page. */
    private int number(String contender) {
        if (!contenders.contains(contender)) {
            contenders.add(contender);
        }
        return contenders.indexOf(contender);
    }
}
