package io.github.panamem.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sites of a process at one moment, as option trace.file and panamem_trace_write leave them in text. Compare with
 * tracemalloc's Snapshot, whose statistics and compare_to these are.
 *
 * @param title the first line: who wrote it and how much is alive
 */
public record TraceSnapshot(String title, Map<String, TraceSite> sites) {
    private static final Pattern LINE = Pattern.compile(" *(N) +(N) +(N) +(N)  (.*)".replace("N", "\\d{1,18}"));
    private static final Pattern TITLE = Pattern.compile("panamem \\S+ trace, process .*");

    /** Reads a snapshot. Throws {@link IllegalArgumentException}, with the line, for a file that is none. */
    public static TraceSnapshot read(Path file) throws IOException {
        List<String> lines = text(file).lines().toList();
        if (lines.size() < 2 || !TITLE.matcher(lines.getFirst()).matches()) {
            throw new IllegalArgumentException(
                    file + " is no trace in text; PANAMEM_OPTIONS=trace,trace.file=" + file + " writes one");
        }
        Map<String, TraceSite> sites = new LinkedHashMap<>();
        for (int i = 2; i < lines.size(); i++) {
            TraceSite site = parse(file, i + 1, lines.get(i));
            sites.merge(site.site(), site, TraceSite::plus);
        }
        return new TraceSnapshot(lines.getFirst(), sites);
    }

    /** File names are bytes: what is no UTF-8 becomes replacement characters. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static TraceSite parse(Path file, int number, String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(file + ":" + number + ": not a site: " + line);
        }
        return new TraceSite(
                matcher.group(5),
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                Long.parseLong(matcher.group(4)));
    }

    /** The sites with the most live bytes, the largest first; among equals those with the larger peak. */
    public List<TraceSite> top(int most) {
        return sites.values().stream()
                .sorted(Comparator.comparingLong(TraceSite::liveBytes)
                        .thenComparingLong(TraceSite::peakBytes)
                        .reversed())
                .limit(most)
                .toList();
    }

    /** What has changed since an earlier snapshot of the same program, the largest growth first. */
    public List<TraceChange> since(TraceSnapshot earlier) {
        Set<String> names = new TreeSet<>(sites.keySet());
        names.addAll(earlier.sites.keySet());
        return names.stream()
                .map(name -> new TraceChange(
                        sites.getOrDefault(name, TraceSite.empty(name)),
                        earlier.sites.getOrDefault(name, TraceSite.empty(name))))
                .filter(TraceChange::isChange)
                .sorted(Comparator.comparingLong(TraceChange::liveBytes)
                        .thenComparingLong(TraceChange::liveBlocks)
                        .reversed())
                .toList();
    }
}
