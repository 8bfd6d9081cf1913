package io.github.panamem.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the instructions that the C fast path takes, with valgrind's callgrind: the same on a busy machine as on a quiet
 * one, and for one compiler always the same. Each loop runs for two counts of turns; what lies between is the loop alone.
 */
final class Instructions {
    /** A loop's name with this before it: the same loop through the rows of {@code hardened}. */
    private static final String HARDENED = "hardened-";

    /** Those of c/fastpath.c. */
    static final List<String> LOOPS = List.of(
            "raw-pair",
            "raw-pair-4k",
            "raw-pair-64k",
            "object-pair",
            "object-calloc",
            "object-realloc-in-place",
            "object-realloc-moves",
            "object-batch-16",
            "hardened-raw-pair",
            "hardened-raw-pair-4k",
            "hardened-raw-pair-64k",
            "hardened-object-calloc",
            "hardened-object-realloc-in-place",
            "hardened-object-realloc-moves");

    private static final int FEW_TURNS = 5_000;
    private static final int MANY_TURNS = 15_000;
    private static final Pattern TOTAL = Pattern.compile("(?m)^(?:summary|totals): ([0-9]+)");
    private static final Pattern COMPILER = Pattern.compile("GCC: \\([^)]*\\) ([0-9]+)|clang version ([0-9]+)");

    private final Place place;
    private final Path output;

    /** What callgrind writes goes to scratch. */
    Instructions(Place place, Path scratch) {
        this.place = place;
        this.output = scratch.resolve("callgrind.out");
    }

    static boolean valgrindPresent() {
        return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "valgrind")));
    }

    /** Instructions per turn of each loop. */
    Map<String, Double> count() throws IOException, InterruptedException {
        Map<String, Double> counts = new LinkedHashMap<>();
        for (String loop : LOOPS) {
            long few = total(loop, FEW_TURNS);
            long many = total(loop, MANY_TURNS);
            counts.put(loop, (double) (many - few) / (MANY_TURNS - FEW_TURNS));
        }
        return counts;
    }

    /** Such as "gcc 12": who compiled the library, as the library itself says. */
    String compiler() throws IOException {
        String bytes = new String(Files.readAllBytes(place.library()), StandardCharsets.ISO_8859_1);
        Matcher matcher = COMPILER.matcher(bytes);
        if (!matcher.find()) {
            return "an unknown compiler";
        }
        return Optional.ofNullable(matcher.group(1))
                .map(version -> "gcc " + version)
                .orElseGet(() -> "clang " + matcher.group(2));
    }

    /** No Java: valgrind would have to run it, and the fast path has none. */
    private long total(String loop, int turns) throws IOException, InterruptedException {
        boolean hardened = loop.startsWith(HARDENED);
        ProcessBuilder builder = new ProcessBuilder(
                        "valgrind",
                        "--tool=callgrind",
                        "--callgrind-out-file=" + output,
                        place.fastpathProgram().toString(),
                        hardened ? loop.substring(HARDENED.length()) : loop,
                        "" + turns)
                .redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", place.libraryFolder().toString());
        builder.environment().put("PANAMEM_MALLOC", hardened ? "hardened" : "arena");
        builder.environment().put("PANAMEM_OPTIONS", "boot=lazy,boot.after=1t");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("valgrind: " + said.strip());
        }
        return total(Files.readString(output));
    }

    static long total(String callgrind) throws IOException {
        Matcher matcher = TOTAL.matcher(callgrind);
        if (!matcher.find()) {
            throw new IOException("callgrind left no summary");
        }
        return Long.parseLong(matcher.group(1));
    }
}
