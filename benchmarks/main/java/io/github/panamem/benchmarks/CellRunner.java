package io.github.panamem.benchmarks;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;

/** Runs a cell once, in an environment that holds nothing but what the cell and finding a JDK need. */
final class CellRunner {
    private static final Set<String> KEPT_VARIABLES =
            Set.of("PATH", "HOME", "TMPDIR", "JAVA_HOME", "PANAMEM_JAVA_HOME");
    private static final File NOTHING = new File("/dev/null");
    private static final Gson GSON = new Gson();

    private final Path scratch;
    private final Duration limit;

    /** Output of the commands goes to files in scratch; a command that takes longer than limit is ended. */
    CellRunner(Path scratch, Duration limit) {
        this.scratch = scratch;
        this.limit = limit;
    }

    /** A run that gave no sample; the message is one line. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }

    Sample run(Cell cell) throws Failure, IOException, InterruptedException {
        Path stdout = scratch.resolve("stdout");
        Path stderr = scratch.resolve("stderr");
        if (cell.output().report().isPresent()) {
            Files.deleteIfExists(cell.output().report().get());
        }
        ProcessBuilder builder = new ProcessBuilder(cell.command())
                .redirectInput(cell.input().map(Path::toFile).orElse(NOTHING))
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile())
                .directory(scratch.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(KEPT_VARIABLES);
        environment.putAll(cell.variables());

        Process process = builder.start();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Failure("not done after " + limit.toSeconds() + " s");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new Failure("exit " + process.exitValue() + lastLine(": ", stderr));
        }
        return sample(cell, Files.readString(stdout));
    }

    private static Sample sample(Cell cell, String stdout) throws Failure, IOException {
        Cell.Output output = cell.output();
        JsonObject json =
                json(output.cost().isPresent() ? Files.readString(output.cost().get()) : stdout);
        if (output.report().isPresent()) {
            if (!Files.exists(output.report().get())) {
                throw new Failure("the library left no report");
            }
            RunReport.addTo(json, Files.readString(output.report().get()));
        }
        if (output.rate().isPresent()) {
            addCost(json, output.rate().get(), stdout);
        }
        Sample sample = GSON.fromJson(json, Sample.class);
        refuseOther(cell.expected().active(), sample.active());
        refuseOther(cell.expected().core(), sample.core());
        return sample;
    }

    private static JsonObject json(String text) throws Failure {
        try {
            JsonObject json = GSON.fromJson(text, JsonObject.class);
            if (json == null) {
                throw new Failure("printed nothing");
            }
            return json;
        } catch (JsonSyntaxException e) {
            throw new Failure("no JSON line: " + text.strip());
        }
    }

    /** The time for one unit of work, whatever the unit: only ratios of it mean something. */
    private static void addCost(JsonObject json, ProgramRow.Rate rate, String stdout) throws Failure {
        Matcher matcher = rate.pattern().matcher(stdout);
        if (!matcher.find()) {
            throw new Failure("printed nothing like \"" + rate.pattern() + "\"");
        }
        double said = Double.parseDouble(matcher.group(1));
        double factor = rate.perSecond() ? 1e6 / said : said;
        json.addProperty("costWallMs", json.get("processWallMs").getAsDouble() * factor);
        json.addProperty("costCpuMs", json.get("processCpuMs").getAsDouble() * factor);
    }

    private static void refuseOther(String expected, String served) throws Failure {
        if (!expected.isEmpty() && !expected.equals(served)) {
            throw new Failure("served by " + served + " instead of " + expected);
        }
    }

    private static String lastLine(String before, Path file) throws IOException {
        List<String> lines =
                Files.readString(file).lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "" : before + lines.getLast().strip();
    }
}
