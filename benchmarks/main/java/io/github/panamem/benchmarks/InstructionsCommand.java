package io.github.panamem.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** ./panamem bench instructions: the C fast path in instructions, against the budget or against another build. */
@Command(
        name = "instructions",
        description = "Counts the instructions of the C fast path with valgrind, and compares them with"
                + " benchmarks/instructions.txt. Fails when one has grown by more than 3 %%.",
        sortOptions = false)
final class InstructionsCommand implements Callable<Integer> {
    @Option(names = "--refresh", description = "Writes benchmarks/instructions.txt anew.")
    private boolean refresh;

    @Option(
            names = "--against",
            paramLabel = "DIR",
            description = "Another source tree, built with ./panamem bench --list: shows both, instead of the budget.")
    private Path against;

    @ParentCommand
    private Bench bench;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Instructions.valgrindPresent()) {
            throw new IllegalArgumentException("instructions need valgrind: apt-get install valgrind");
        }
        Path scratch = Files.createTempDirectory("panamem-instructions");
        try {
            return run(scratch);
        } finally {
            Files.deleteIfExists(scratch.resolve("callgrind.out"));
            Files.delete(scratch);
        }
    }

    private int run(Path scratch) throws IOException, InterruptedException {
        Place place = bench.place();
        Instructions instructions = new Instructions(place, scratch);
        Map<String, Double> counts = instructions.count();
        if (against != null) {
            Instructions other = new Instructions(Place.of(against.toAbsolutePath()), scratch);
            print(counts, other.count(), "the other");
            return 0;
        }
        if (refresh) {
            new Budget(instructions.compiler(), counts).write(place.budget());
        }
        Budget budget = Budget.read(place.budget());
        print(counts, budget.instructions(), "budget");
        if (!budget.compiler().equals(instructions.compiler())) {
            System.out.println("not compared: the budget is " + budget.compiler() + "'s, the library "
                    + instructions.compiler() + "'s");
            return 0;
        }
        List<String> complaints = budget.complaints(counts);
        complaints.forEach(line -> System.err.println("panamem bench instructions: " + line));
        return complaints.isEmpty() ? 0 : 1;
    }

    private static void print(Map<String, Double> counts, Map<String, Double> others, String head) {
        Table table = new Table(List.of("loop", "instructions", head, "ratio"));
        counts.forEach((loop, count) -> {
            double other = others.getOrDefault(loop, Double.NaN);
            table.add(new ArrayList<>(List.of(
                    loop,
                    Table.number(count, 1),
                    Table.number(other, 1),
                    Table.number(Statistics.ratio(count, other), 3))));
        });
        System.out.print(table);
    }
}
