package io.github.panamem.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many instructions a turn of each loop may take, by which compiler: the lines of instructions.txt. */
record Budget(String compiler, Map<String, Double> instructions) {
    /** What a count may be above its budget, as a share of it. */
    static final double TOLERANCE = 0.03;

    private static final String HEAD = """
            # Instructions per turn of the loops of c/fastpath.c, counted by ./panamem bench instructions and checked by
            # ./panamem test: a change that makes one of them more than 3 % longer fails. Who means to, or has made one
            # shorter, writes this file anew with ./panamem bench instructions --refresh and says why in the commit.
            """;

    static Budget read(Path file) throws IOException {
        RowsFile lines = RowsFile.read(file);
        Map<String, Double> instructions = new LinkedHashMap<>();
        lines.all("loop", line -> instructions.put(line.text("name"), Double.parseDouble(line.text("instructions"))));
        List<String> compilers = lines.all("compiler", line -> line.text("name"));
        if (compilers.size() != 1) {
            throw new IllegalArgumentException(file.getFileName() + ": one line compiler name=… is needed");
        }
        return new Budget(compilers.getFirst(), instructions);
    }

    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        text.append("compiler name=\"").append(compiler).append("\"\n");
        instructions.forEach((loop, count) ->
                text.append(String.format(Locale.ROOT, "loop name=%s instructions=%.1f%n", loop, count)));
        Files.writeString(file, text);
    }

    /** A line for each loop that has grown, or that one of the two does not know; empty when all is well. */
    List<String> complaints(Map<String, Double> counts) {
        List<String> complaints = new ArrayList<>();
        counts.forEach((loop, count) -> {
            Double most = instructions.get(loop);
            if (most == null) {
                complaints.add(loop + " has no budget");
            } else if (count > most * (1 + TOLERANCE)) {
                complaints.add(String.format(
                        Locale.ROOT,
                        "%s takes %.1f instructions, %.1f %% over its budget of %.1f",
                        loop,
                        count,
                        100 * (count / most - 1),
                        most));
            }
        });
        instructions.keySet().stream()
                .filter(loop -> !counts.containsKey(loop))
                .forEach(loop -> complaints.add(loop + " was not counted"));
        return complaints;
    }
}
