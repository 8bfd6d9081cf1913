package io.github.panamem.benchmarks;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs a cell once, in an environment that holds nothing but what the cell and finding a JDK need. */
final class CellRunner {
    private static final Set<String> KEPT_VARIABLES =
            Set.of("PATH", "HOME", "TMPDIR", "JAVA_HOME", "PANAMEM_JAVA_HOME");
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
        ProcessBuilder builder = new ProcessBuilder(cell.command())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile())
                .directory(scratch.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(KEPT_VARIABLES);
        environment.putAll(cell.variables());

        Process process = builder.start();
        try {
            process.getOutputStream().close();
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
        return sample(cell, Files.readString(cell.cost().orElse(stdout)));
    }

    private static Sample sample(Cell cell, String json) throws Failure {
        Sample sample;
        try {
            sample = GSON.fromJson(json, Sample.class);
        } catch (JsonSyntaxException e) {
            throw new Failure("no JSON line: " + json.strip());
        }
        if (sample == null) {
            throw new Failure("printed nothing");
        }
        if (cell.active().isPresent() && !cell.active().get().equals(sample.active())) {
            throw new Failure("served by " + sample.active() + " instead of "
                    + cell.active().get());
        }
        return sample;
    }

    private static String lastLine(String before, Path file) throws IOException {
        List<String> lines =
                Files.readString(file).lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "" : before + lines.getLast().strip();
    }
}
