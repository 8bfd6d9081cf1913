package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A report before it is Markdown or a page: what it was measured on, what is missing, and sections with tables. */
record Document(Map<String, String> facts, List<String> remarks, List<Section> sections) {
    /** A table under a title; the note says how to read it. The chart, if any, shows the same figures. */
    record Section(String title, String note, Table table, Optional<Chart> chart) {
        Section(String title, String note, Table table) {
            this(title, note, table, Optional.empty());
        }
    }

    /** How all of them are to be read. */
    static final String READING =
            "Medians of interleaved rounds; ± is the distance of the quartiles as a share of the median. Smaller is better."
                    + " A ratio is one of medians; in brackets where it lies with 95 % confidence (bootstrap over rounds).";

    String markdown() {
        StringBuilder text = new StringBuilder("# Panamem bench\n\n");
        facts.forEach((key, value) ->
                text.append("- ").append(key).append(": ").append(value).append('\n'));
        remarks.forEach(remark -> text.append("- ").append(remark).append('\n'));
        text.append('\n').append(READING).append('\n');
        for (Section section : sections) {
            text.append("\n## ").append(section.title()).append("\n\n");
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
