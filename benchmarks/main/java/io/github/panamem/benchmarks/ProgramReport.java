package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Sample.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs of mimalloc-bench, against glibc: time and peak RSS of whole processes. */
final class ProgramReport {
    private static final Optional<String> BASE = Optional.of("glibc");

    private final Grid<ProgramRow> cpu;
    private final Grid<ProgramRow> wall;
    private final Grid<ProgramRow> rss;
    private final Grid<ProgramRow> crossings;
    private final Grid<ProgramRow> fallback;

    ProgramReport(Plan plan, Results results) {
        List<ProgramRow> rows = plan.programs();
        List<String> contenders = plan.contenders().stream()
                .filter(contender -> contender.kinds().contains("program"))
                .map(Contender::name)
                .toList();
        cpu = new Grid<>(results, rows, contenders, row -> row.rate().isPresent() ? Figure.COST_CPU_MS : Figure.CPU_MS);
        wall = new Grid<>(
                results, rows, contenders, row -> row.rate().isPresent() ? Figure.COST_WALL_MS : Figure.WALL_MS);
        rss = new Grid<>(results, rows, contenders, Figure.PEAK_RSS_MIB);
        crossings = new Grid<>(results, rows, Report.ALL_OURS, Figure.CROSSINGS);
        fallback = new Grid<>(results, rows, Report.ALL_OURS, Figure.FALLBACK);
    }

    List<Document.Section> sections() {
        return new Document.Builder()
                .add(new Document.Section(
                        "Programs of mimalloc-bench: CPU time against glibc",
                        "Whole processes, boot and JIT included. A program that runs for a fixed time is given as its CPU"
                                + " time per unit of work.",
                        cpu.ratios(row -> BASE, row -> true),
                        Optional.of(cpu.chart(row -> BASE))))
                .add(new Document.Section(
                        "Programs: wall time against glibc", "", wall.ratios(row -> BASE, row -> true)))
                .add(new Document.Section("Programs: peak RSS against glibc", "", rss.ratios(row -> BASE, row -> true))
                        .asMain())
                .add(new Document.Section("Programs: peak RSS, MiB", "", rss.medians()))
                .add(new Document.Section(
                        "Programs: CPU time, ms",
                        "Of programs that run for a fixed time only ratios mean something.",
                        cpu.medians()))
                .add(new Document.Section("Programs: crossings per 1,000 calls", "", crossings.medians()))
                .add(new Document.Section(
                        "Programs: blocks that the fallback handed out, % of calls", "", fallback.medians()))
                .sections();
    }

    List<Report.Standing> standings() {
        List<Report.Standing> standings = new ArrayList<>();
        List<String> peers = Report.peers(cpu.contenders());
        standings.addAll(Report.standings("programs, CPU", cpu, row -> cpu.best(row, peers)));
        standings.addAll(Report.standings("programs, wall", wall, row -> BASE));
        standings.addAll(Report.standings("programs, RSS", rss, row -> BASE));
        return standings;
    }
}
