package io.github.panamem.benchmarks;

import java.util.List;

/** What a chart shows, before it is drawn. */
sealed interface Chart {
    /** Rows of dots on one axis of ratios. One contender is drawn over the others, with its intervals. */
    record Ratios(String emphasised, List<String> contenders, List<Group> groups) implements Chart {}

    /** The dots of one row. */
    record Group(String title, List<Dot> dots) {}

    /** One contender's ratio. */
    record Dot(String contender, Interval interval) {}

    /** Costs over a growing number, both on logarithmic axes. */
    record Lines(String axis, List<Line> lines) implements Chart {}

    /** One contender's points, by growing x. */
    record Line(String contender, List<Point> points) {}

    /** A point of a line. */
    record Point(double x, double y) {}
}
