package io.github.panamem.endtoend;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the text of {@code report=exit} says.
 *
 * @param allocator the active allocator
 * @param core what served at the end
 * @param liveBlocks of all three domains
 * @param calls successful malloc, calloc and realloc calls
 * @param crossingsPerThousand crossings per 1,000 calls that the fallback did not serve
 * @param fallbackPercent the fallback's share of the calls
 */
public record Report(
        String allocator,
        String core,
        long liveBlocks,
        long calls,
        double crossingsPerThousand,
        double fallbackPercent) {
    private static final Pattern HEAD = Pattern.compile("report, process \\d+: allocator (\\S+), core (\\w+)");
    private static final Pattern DOMAIN = Pattern.compile("^(?:RAW|MEM|OBJ) +(\\d+)(?: +\\d+){4}$", Pattern.MULTILINE);
    private static final Pattern CALLS =
            Pattern.compile("^calls (\\d+), crossings \\d+ \\(([\\d.]+) per 1,000 calls\\)", Pattern.MULTILINE);
    private static final Pattern FALLBACK =
            Pattern.compile("^fallback handed out \\d+ blocks \\(([\\d.]+) % of calls\\)", Pattern.MULTILINE);

    public static Report parse(String text) {
        Matcher head = find(HEAD, text);
        Matcher calls = find(CALLS, text);
        long liveBlocks = DOMAIN.matcher(text)
                .results()
                .mapToLong(domain -> Long.parseLong(domain.group(1)))
                .sum();
        return new Report(
                head.group(1),
                head.group(2),
                liveBlocks,
                Long.parseLong(calls.group(1)),
                Double.parseDouble(calls.group(2)),
                Double.parseDouble(find(FALLBACK, text).group(1)));
    }

    private static Matcher find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in the report:\n" + text);
        }
        return matcher;
    }
}
