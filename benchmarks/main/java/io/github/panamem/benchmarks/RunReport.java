package io.github.panamem.benchmarks;

import com.google.gson.JsonObject;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the library's report at exit says about who served, crossings and fallback, under the names of a sample. */
final class RunReport {
    private static final Pattern SERVED = Pattern.compile("allocator (\\S+), core ([a-z]+)");
    private static final Pattern READY = Pattern.compile("ready after ([0-9.]+) ms \\(([0-9.]+) ms CPU\\)");
    private static final Pattern CALLS = Pattern.compile("(?m)^calls ([0-9]+), crossings ([0-9]+)");
    private static final Pattern FALLBACK = Pattern.compile("(?m)^fallback handed out ([0-9]+) blocks");

    private RunReport() {}

    /** Adds what it finds; a report without these lines is one of another version, and an error. */
    static void addTo(JsonObject sample, String report) throws CellRunner.Failure {
        Matcher served = found(SERVED, report);
        sample.addProperty("active", served.group(1));
        sample.addProperty("core", served.group(2));
        Matcher ready = READY.matcher(report);
        if (ready.find()) {
            sample.addProperty("readyMs", Double.parseDouble(ready.group(1)));
            sample.addProperty("bootCpuMs", Double.parseDouble(ready.group(2)));
        }
        Matcher calls = found(CALLS, report);
        double allocated = Double.parseDouble(calls.group(1));
        double fallback = Double.parseDouble(found(FALLBACK, report).group(1));
        if (allocated > 0) {
            sample.addProperty("fallbackShare", fallback / allocated);
        }
        if (allocated > fallback) {
            sample.addProperty("crossingsPer1000", 1000 * Double.parseDouble(calls.group(2)) / (allocated - fallback));
        }
    }

    private static Matcher found(Pattern pattern, String report) throws CellRunner.Failure {
        Matcher matcher = pattern.matcher(report);
        if (!matcher.find()) {
            throw new CellRunner.Failure("no line like \"" + pattern + "\" in the report");
        }
        return matcher;
    }
}
