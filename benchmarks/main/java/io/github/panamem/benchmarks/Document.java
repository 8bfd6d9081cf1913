package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A report before it is Markdown or a page: what it was measured on, what is missing, and sections with tables. */
record Document(Map<String, String> facts, List<String> remarks, List<Section> sections) {
    /**
     * A table under a title; the note says how to read it. The chart, if any, shows the same figures. Those that are main
     * stand in docs/PERFORMANCE.md too.
     */
    record Section(String title, String note, Table table, Optional<Chart> chart, boolean main) {
        Section(String title, String note, Table table) {
            this(title, note, table, Optional.empty(), false);
        }

        Section(String title, String note, Table table, Optional<Chart> chart) {
            this(title, note, table, chart, true);
        }

        Section asMain() {
            return new Section(title, note, table, chart, true);
        }
    }

    /** Under it docs/PERFORMANCE.md has the figures of a run, to the end of the file. */
    static final String FIGURES = "## Figures\n";

    /** How all of them are to be read. */
    static final String READING =
            "Medians of interleaved rounds; ± is the distance of the quartiles as a share of the median. Smaller is better."
                    + " A ratio is one of medians; in brackets where it lies with 95 % confidence (bootstrap over rounds).";

    String markdown() {
        return "# Panamem bench\n\n" + head() + sections("## ", sections);
    }

    /** That text with the main sections as its figures. */
    String markdownInto(String text) {
        int figures = text.indexOf(FIGURES);
        if (figures < 0) {
            throw new IllegalArgumentException("there is no line \"" + FIGURES.strip() + "\" to put the figures under");
        }
        List<Section> main = sections.stream().filter(Section::main).toList();
        return text.substring(0, figures) + FIGURES + "\n" + head() + sections("### ", main);
    }

    private String head() {
        StringBuilder text = new StringBuilder();
        facts.forEach((key, value) ->
                text.append("- ").append(key).append(": ").append(value).append('\n'));
        remarks.forEach(remark -> text.append("- ").append(remark).append('\n'));
        return text.append('\n').append(READING).append('\n').toString();
    }

    private static String sections(String head, List<Section> shown) {
        StringBuilder text = new StringBuilder();
        for (Section section : shown) {
            text.append('\n').append(head).append(section.title()).append("\n\n");
            if (!section.note().isEmpty()) {
                text.append(section.note()).append("\n\n");
            }
            text.append(section.table());
        }
        return text.toString();
    }

    /** Sections that are added one after the other; those without lines are dropped. */
    static final class Builder {
        private final List<Section> sections = new ArrayList<>();

        Builder add(Section section) {
            if (!section.table().isEmpty()) {
                sections.add(section);
            }
            return this;
        }

        List<Section> sections() {
            return sections;
        }
    }
}
