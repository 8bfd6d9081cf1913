package io.github.panamem.test;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Verdicts on requests, as the report of panamem_fail_each: each site that came to a bad one is told once. */
final class Findings {
    private static final int VERSION = 1; /* of the JSON form */
    static final List<String> DOMAINS = List.of("RAW", "MEM", "OBJ");

    private final StringBuilder report = new StringBuilder();
    private final Map<String, Long> tally = new TreeMap<>();
    private final Set<String> told = new HashSet<>();
    private boolean isJson;

    void add(Progress.Tried tried, Trial.Result result) {
        tally.merge(result.verdict(), 1L, Long::sum);
        if (result.isBad() && told.add(tried.site() + result.verdict())) {
            isJson = tried.noted().site().startsWith("\"");
            report.append(isJson ? json(tried, result) : text(tried, result));
        }
    }

    /** "" when nothing was bad. */
    String report(long requests) {
        if (told.isEmpty()) {
            return "";
        }
        return report + (isJson ? jsonSum(requests) : textSum(requests));
    }

    private static String again(Progress.Tried tried) {
        return "PANAMEM_OPTIONS=fail=" + tried.noted().plan() + ":test";
    }

    // ---- For people ------------------------------------------------------------------------------------------------

    private static String text(Progress.Tried tried, Trial.Result result) {
        String said = result.said().lines().map(line -> "    | " + line + "\n").collect(Collectors.joining());
        return "panamem: " + result.verdict() + ": request " + tried.number() + " of the call is refused, and "
                + result.how() + "\n  the request: " + tried.noted().bytes() + " bytes, domain "
                + DOMAINS.get(tried.noted().domain()) + "\n" + tried.noted().site()
                + (said.isEmpty() ? "" : "  it says:\n" + said) + "  again: " + again(tried) + "\n\n";
    }

    private String textSum(long requests) {
        String counts = tally.entrySet().stream()
                .map(count -> " " + count.getValue() + " " + count.getKey() + ",")
                .collect(Collectors.joining());
        return "panamem: fail: each of " + requests
                + " requests was refused once, but for those of sites that had ended a" + " process:" + counts + " at "
                + told.size() + (told.size() == 1 ? " site\n" : " sites\n");
    }

    // ---- As JSON ---------------------------------------------------------------------------------------------------

    private static String json(Progress.Tried tried, Trial.Result result) {
        return "{\"panamem_fail\":" + VERSION + ",\"verdict\":" + quoted(result.verdict()) + ",\"how\":"
                + quoted(result.how()) + ",\"request\":" + tried.number() + ",\"bytes\":"
                + tried.noted().bytes() + ",\"domain\":\""
                + DOMAINS.get(tried.noted().domain()) + "\","
                + tried.noted().site() + ",\"said\":" + quoted(result.said()) + ",\"again\":" + quoted(again(tried))
                + "}\n";
    }

    private String jsonSum(long requests) {
        String counts = tally.entrySet().stream()
                .map(count -> quoted(count.getKey()) + ":" + count.getValue() + ",")
                .collect(Collectors.joining());
        return "{\"panamem_fail_sum\":" + VERSION + ",\"requests\":" + requests + "," + counts + "\"sites\":"
                + told.size() + "}\n";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').append((char) character);
            } else if (character < ' ') {
                quoted.append(String.format("\\u%04x", character));
            } else {
                quoted.append((char) character);
            }
        });
        return quoted.append('"').toString();
    }
}
