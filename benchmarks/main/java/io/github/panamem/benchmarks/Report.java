package io.github.panamem.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Puts the report of a run together. */
final class Report {
    /** Ours, the one whose standing is told first; and the others, which it is not compared with. */
    static final String OURS = "arena";

    static final List<String> ALL_OURS = List.of(
            OURS,
            "arena-native",
            "arena-sync",
            "arena-native-sync",
            "hardened",
            "hardened-native",
            "upcall",
            "pymalloc");

    private Report() {}

    static Document document(Plan plan, Results results, Map<String, String> machine, Collection<String> missing) {
        List<Standing> standings = new ArrayList<>();
        List<Document.Section> sections = new ArrayList<>();
        MicroReport micro = new MicroReport(plan, results);
        PythonReport python = new PythonReport(plan, results);
        ProgramReport programs = new ProgramReport(plan, results);
        ScalingReport scaling = new ScalingReport(plan, results);
        standings.addAll(micro.standings());
        standings.addAll(python.standings());
        standings.addAll(programs.standings());
        standings.addAll(scaling.standings());
        sections.addAll(standing(standings));
        sections.addAll(micro.sections());
        sections.addAll(python.sections());
        sections.addAll(programs.sections());
        sections.addAll(scaling.sections());
        return new Document(machine, remarks(results, missing), sections);
    }

    /**
     * How ours does in one row or over all rows of a kind.
     *
     * @param area the kind of rows and the figure
     * @param against what it is compared with
     */
    record Standing(String area, String row, String against, Interval interval) {}

    /** What would be compared with ours: no second one of ours. */
    static List<String> peers(List<String> contenders) {
        return contenders.stream().filter(name -> !ALL_OURS.contains(name)).toList();
    }

    /** Each row of the grid against a base, those of a mean that is taken elsewhere included. */
    static <R extends Row> List<Standing> standings(String area, Grid<R> grid, Function<R, Optional<String>> base) {
        List<Standing> standings = new ArrayList<>();
        if (grid.contenders().contains(OURS)) {
            grid.rows()
                    .forEach(row -> base.apply(row)
                            .ifPresent(other -> standings.add(new Standing(
                                    area, row.title(), other, grid.ratio(row, OURS, Optional.of(other))))));
        }
        return standings;
    }

    private static List<Document.Section> standing(List<Standing> standings) {
        Table behind = new Table(List.of("area", "row", OURS + " against", "ratio"));
        standings.stream().filter(one -> one.interval().behind()).forEach(one -> {
            behind.add(
                    List.of(one.area(), one.row(), one.against(), one.interval().toString()));
        });
        return new Document.Builder()
                .add(new Document.Section(
                                "Where " + OURS + " is behind", "Each row whose whole interval lies above 1.", behind)
                        .asMain())
                .sections();
    }

    private static List<String> remarks(Results results, Collection<String> missing) {
        List<String> remarks = new ArrayList<>();
        missing.forEach(what -> remarks.add("missing: " + what));
        results.failures().forEach(what -> remarks.add("**failed**: " + what));
        return remarks;
    }
}
