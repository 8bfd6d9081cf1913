package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Sample.Figure;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The micro rows: costs, ratios to the best, to glibc and to mimalloc, and what they cost besides. */
final class MicroReport {
    private static final List<String> BASES = List.of("glibc", "mimalloc");

    /** CPU time of the threads that work: what a call costs; other load on the machine disturbs it least. */
    private static final Figure RANKED = Figure.CPU_NS;

    private final Plan plan;
    private final Results results;
    private final List<MicroRow> rows;
    private final Grid<MicroRow> ranked;

    MicroReport(Plan plan, Results results) {
        this.plan = plan;
        this.results = results;
        this.rows = plan.micro().stream().filter(row -> row.floor().isEmpty()).toList();
        this.ranked = grid(Contender::ranked, RANKED);
    }

    List<Document.Section> sections() {
        Document.Builder sections = new Document.Builder();
        sections.add(new Document.Section(
                        "Micro rows: ns per malloc + free, CPU of the threads that work",
                        "Every contender through the same table of domains. Of row thread churn: CPU of the process.",
                        ranked.medians())
                .asMain());
        sections.add(new Document.Section(
                "Against the best of each row",
                "",
                ranked.ratios(this::best, row -> true),
                Optional.of(ranked.chart(this::best))));
        for (String base : BASES) {
            if (ranked.contenders().contains(base)) {
                sections.add(new Document.Section(
                        "Against " + base, "", ranked.ratios(row -> Optional.of(base), row -> true)));
            }
        }
        if (ranked.contenders().contains(Report.OURS)) {
            List<String> others = ranked.contenders().stream()
                    .filter(name -> !name.equals(Report.OURS))
                    .toList();
            sections.add(new Document.Section(
                    Report.OURS + " against each, row by row", "", ranked.against(Report.OURS, others)));
        }
        sections.add(floors());
        besides(sections);
        return sections.sections();
    }

    /** Against the best of the others and against mimalloc. */
    List<Report.Standing> standings() {
        List<String> peers = Report.peers(ranked.contenders());
        return Report.standings("micro, CPU", ranked, row -> ranked.best(row, peers));
    }

    private void besides(Document.Builder sections) {
        sections.add(new Document.Section(
                "Direct calls beside calls through the table: ns, CPU",
                "What the indirection costs; direct ones are not ranked.",
                grid(this::shownDirectly, RANKED).medians()));
        Grid<MicroRow> process = grid(Contender::ranked, Figure.PROCESS_CPU_NS);
        sections.add(new Document.Section(
                "ns per malloc + free, CPU of the whole process",
                "Boot, JIT and warm-up included, over all operations.",
                process.medians()));
        sections.add(new Document.Section(
                "Whole process against the best of each row",
                "",
                process.ratios(row -> process.best(row, process.contenders()), row -> true)));
        add(sections, "ns per malloc + free and thread, wall", Figure.WALL_NS);
        add(sections, "Peak RSS of the process, MiB", Figure.PEAK_RSS_MIB);
        add(sections, "Crossings per 1,000 allocations", Figure.CROSSINGS);
        add(sections, "Time from boot to ready, ms", Figure.READY_MS);
        add(sections, "CPU time of the boot, ms", Figure.BOOT_CPU_MS);
    }

    private void add(Document.Builder sections, String title, Figure figure) {
        sections.add(
                new Document.Section(title, "", grid(Contender::ranked, figure).medians()));
    }

    private boolean shownDirectly(Contender contender) {
        return plan.contenders().stream()
                .filter(other -> !other.ranked())
                .anyMatch(direct -> direct.equals(contender) || direct.name().equals(contender.name() + "-direct"));
    }

    private Optional<String> best(MicroRow row) {
        return ranked.best(row, ranked.contenders());
    }

    private Grid<MicroRow> grid(Predicate<Contender> chosen, Figure figure) {
        return new Grid<>(
                results,
                rows,
                plan.contenders().stream().filter(chosen).map(Contender::name).toList(),
                figure);
    }

    private Document.Section floors() {
        Table table = new Table(List.of("floor", "ns, CPU", "row above it", "ns, CPU", "ratio"));
        for (MicroRow row : plan.micro()) {
            row.floor()
                    .filter(floor -> results.has(row.name(), floor.contender()))
                    .ifPresent(floor -> {
                        double below = results.median(row.name(), floor.contender(), RANKED);
                        double above = results.median(floor.againstRow(), floor.contender(), RANKED);
                        table.add(List.of(
                                row.title(),
                                Table.number(below, 1, results.spread(row.name(), floor.contender(), RANKED)),
                                floor.contender() + ", " + floor.againstRow(),
                                Table.number(above, 1),
                                Table.number(Statistics.ratio(above, below), 2)));
                    });
        }
        return new Document.Section("Floors", "", table).asMain();
    }
}
