package io.github.panamem.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;

/**
 * Charts as inline SVG. Positions are shares of the width, so that text keeps its size on a narrow screen; contenders differ
 * by colour and by shape.
 */
final class Drawing {
    private static final int OTHER_COLOURS = 5;
    private static final int PLOT_PIXELS = 240;
    private static final double LEAST_REACH = 1.5; // a chart of ratios shows at least this much, both ways;
    private static final double MOST_REACH = 8; // and at most this: what lies beyond is drawn at the edge
    private static final List<String> SHAPES = List.of(
            "M0-6 6 0 0 6-6 0Z", // diamond
            "M-5-5h10v10h-10Z", // square
            "M0-6 6 5h-12Z", // triangle
            "M0 6 6-5h-12Z", // triangle, point down
            "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z", // cross
            "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z"); // circle

    private final ToIntFunction<String> numberOf;
    private final StringBuilder svg = new StringBuilder();

    /** numberOf: which look a contender has. */
    Drawing(ToIntFunction<String> numberOf) {
        this.numberOf = numberOf;
    }

    String ratios(Chart.Ratios chart) {
        Axis axis = Axis.around(
                        chart.groups().stream()
                                .flatMap(group -> group.dots().stream())
                                .mapToDouble(dot -> dot.interval().ratio()),
                        1 / LEAST_REACH,
                        LEAST_REACH)
                .within(1 / MOST_REACH, MOST_REACH);
        begin(chart.contenders());
        for (Chart.Group group : chart.groups()) {
            append("<div class=\"row\"><span>%s</span><svg class=\"strip\" role=\"img\">", Page.escaped(group.title()));
            axis.ticks().forEach(tick -> vertical(axis.share(tick), 24, tick == 1 ? "one" : "grid"));
            dots(axis, group, dot -> !dot.contender().equals(chart.emphasised()));
            group.dots().stream()
                    .filter(dot -> dot.contender().equals(chart.emphasised()))
                    .forEach(dot -> interval(axis, dot));
            dots(axis, group, dot -> dot.contender().equals(chart.emphasised()));
            append("</svg></div>%n");
        }
        append("<div class=\"row\"><span></span><svg class=\"strip\">");
        axis.ticks()
                .forEach(tick -> append(
                        "<text x=\"%.2f%%\" y=\"14\" text-anchor=\"middle\">%s</text>",
                        axis.share(tick) * 100, number(tick)));
        append("</svg></div>%nWhat lies beyond %s times stands at the edge.</figure>%n", number(MOST_REACH));
        return svg.toString();
    }

    private void dots(Axis axis, Chart.Group group, Predicate<Chart.Dot> chosen) {
        group.dots().stream()
                .filter(chosen)
                .forEach(dot -> mark(
                        dot.contender(),
                        axis.share(dot.interval().ratio()),
                        12,
                        dot.contender() + " " + dot.interval()));
    }

    String lines(Chart.Lines chart) {
        Axis x = axis(chart, Chart.Point::x);
        Axis y = axis(chart, Chart.Point::y);
        begin(chart.lines().stream().map(Chart.Line::contender).toList());
        append("<svg class=\"plot\" role=\"img\">");
        for (double tick : y.ticks()) {
            double at = PLOT_PIXELS * (1 - y.share(tick));
            append("<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", at, at);
            append("<text x=\"0\" y=\"%.1f\">%s ns</text>", at - 3, number(tick));
        }
        for (double tick : chart.lines().stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(Chart.Point::x)
                .distinct()
                .toArray()) {
            append(
                    "<text x=\"%.2f%%\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x.share(tick) * 100, PLOT_PIXELS + 16, number(tick));
        }
        append(
                "<text x=\"50%%\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                PLOT_PIXELS + 34, Page.escaped(chart.axis()));
        chart.lines().forEach(line -> course(x, y, line));
        append("</svg>%n</figure>%n");
        return svg.toString();
    }

    private static Axis axis(Chart.Lines chart, ToDoubleFunction<Chart.Point> value) {
        double[] values = chart.lines().stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(value)
                .toArray();
        double first = values.length == 0 ? 1 : values[0];
        return Axis.around(DoubleStream.of(values), first / 1.5, first * 1.5);
    }

    private void course(Axis x, Axis y, Chart.Line line) {
        for (int i = 1; i < line.points().size(); i++) {
            Chart.Point from = line.points().get(i - 1);
            Chart.Point to = line.points().get(i);
            append(
                    "<line class=\"course %s\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" y2=\"%.1f\"/>",
                    colour(line.contender()),
                    x.share(from.x()) * 100,
                    PLOT_PIXELS * (1 - y.share(from.y())),
                    x.share(to.x()) * 100,
                    PLOT_PIXELS * (1 - y.share(to.y())));
        }
        line.points()
                .forEach(point -> mark(
                        line.contender(),
                        x.share(point.x()),
                        PLOT_PIXELS * (1 - y.share(point.y())),
                        String.format(Locale.ROOT, "%s %s: %.1f ns", line.contender(), number(point.x()), point.y())));
    }

    /** The legend, in the order of the contenders. */
    private void begin(List<String> contenders) {
        append("<figure><figcaption>");
        contenders.forEach(contender -> {
            append("<span><svg viewBox=\"-7 -7 14 14\">%s</svg>%s</span>", shape(contender), Page.escaped(contender));
        });
        append("</figcaption>%n");
    }

    private void interval(Axis axis, Chart.Dot dot) {
        if (dot.interval().known()) {
            append(
                    "<line class=\"range %s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"12\" y2=\"12\"/>",
                    colour(dot.contender()),
                    axis.share(dot.interval().low()) * 100,
                    axis.share(dot.interval().high()) * 100);
        }
    }

    private void vertical(double share, int pixels, String look) {
        append(
                "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%d\"/>",
                look, share * 100, share * 100, pixels);
    }

    private void mark(String contender, double share, double y, String told) {
        append(
                "<svg x=\"%.2f%%\" y=\"%.1f\" overflow=\"visible\">%s</svg>",
                share * 100, y, shape(contender).replace("/>", "><title>" + Page.escaped(told) + "</title></path>"));
    }

    /** The first contender has a shape and a colour of its own; no two of the next 25 share both of theirs. */
    private String shape(String contender) {
        int next = numberOf.applyAsInt(contender) - 1;
        int kinds = SHAPES.size() - 1;
        String path = SHAPES.get(next < 0 ? 0 : 1 + (next + next / OTHER_COLOURS) % kinds);
        return "<path class=\"mark " + colour(contender) + "\" d=\"" + path + "\"/>";
    }

    private String colour(String contender) {
        int next = numberOf.applyAsInt(contender) - 1;
        return "k" + (next < 0 ? 0 : 1 + next % OTHER_COLOURS);
    }

    private static String number(double value) {
        if (value >= 1e4) {
            return String.format(Locale.ROOT, "%.0e", value).replace("e+0", "e");
        }
        return value == Math.rint(value) ? "" + Math.round(value) : "" + Math.round(value * 100) / 100.0;
    }

    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
