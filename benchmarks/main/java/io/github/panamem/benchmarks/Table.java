package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A Markdown table whose columns line up, so that it reads well on a terminal too. Numbers stand on the right. */
final class Table {
    /** What stands where there is no figure. */
    static final String NOTHING = "–";

    private final List<String> heads;
    private final List<List<String>> lines = new ArrayList<>();

    Table(List<String> heads) {
        this.heads = List.copyOf(heads);
    }

    void add(List<String> cells) {
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException(cells.size() + " cells under " + heads.size() + " heads");
        }
        lines.add(List.copyOf(cells));
    }

    List<String> heads() {
        return heads;
    }

    List<List<String>> lines() {
        return List.copyOf(lines);
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    static String number(double value, int decimals) {
        return Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** A value with its spread, such as "6.7 ±4%". */
    static String number(double value, int decimals, double spread) {
        return number(value, decimals)
                + (Double.isNaN(spread) ? "" : String.format(Locale.ROOT, " ±%.0f%%", spread * 100));
    }

    @Override
    public String toString() {
        int[] widths = new int[heads.size()];
        for (int column = 0; column < widths.length; column++) {
            int at = column;
            widths[column] = Math.max(
                    heads.get(at).length(),
                    lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0));
        }
        StringBuilder text = new StringBuilder();
        append(text, heads, widths);
        for (int column = 0; column < widths.length; column++) {
            text.append('|').append("-".repeat(widths[column] + 1)).append(column == 0 ? '-' : ':');
        }
        text.append("|\n");
        lines.forEach(line -> append(text, line, widths));
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> cells, int[] widths) {
        for (int column = 0; column < widths.length; column++) {
            String padding = " ".repeat(widths[column] - cells.get(column).length());
            text.append("| ")
                    .append(column == 0 ? cells.get(column) + padding : padding + cells.get(column))
                    .append(' ');
        }
        text.append("|\n");
    }
}
