package io.github.panamem.endtoend;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** One run of a program, in an environment that holds nothing of ours or of Python's but what the test says. */
public final class Run {
    private static final List<String> OTHERS_VARIABLES = List.of(
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "GLIBC_TUNABLES",
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "_JAVA_OPTIONS");

    private static final Pattern JVM_OPTION = Pattern.compile("(jvm|classpath)=.*");

    private final List<String> command;
    private final Map<String, String> variables = new TreeMap<>();
    private Path folder = Path.of("/");
    private Duration patience = Duration.ofMinutes(3);

    private Run(List<String> command) {
        this.command = List.copyOf(command);
        with("PANAMEM_JAVA_HOME", System.getProperty("java.home"));
    }

    public static Run of(List<String> command) {
        return new Run(command);
    }

    /** The C harness with scenarios or options. */
    public static Run harness(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Place.HARNESS.toString()));
        command.addAll(List.of(arguments));
        return linked(command);
    }

    /** A program that is linked with libpanamem.so. */
    public static Run linked(List<String> command) {
        return of(command).with("LD_LIBRARY_PATH", Place.LIBRARY_FOLDER.toString());
    }

    /** A program under the preload library. */
    public static Run preloaded(List<String> command) {
        return of(command).with("LD_PRELOAD", Place.PRELOAD.toString());
    }

    /** The last word on a variable counts; "" takes it away. */
    public Run with(String name, String value) {
        variables.put(name, value);
        return this;
    }

    public Run malloc(String name) {
        return with("PANAMEM_MALLOC", name);
    }

    public Run options(String options) {
        return with("PANAMEM_OPTIONS", options);
    }

    public Run in(Path workingFolder) {
        folder = workingFolder;
        return this;
    }

    public Run patience(Duration most) {
        patience = most;
        return this;
    }

    /** Runs the program to its end. One that does not end is a failed test. */
    public Outcome go() {
        Path out = temporary("out");
        Path err = temporary("err");
        try {
            Process process = builder()
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError("does not end within " + patience + ": " + command + " " + variables
                        + "\nstdout:\n" + text(out) + "\nstderr:\n" + text(err));
            }
            return new Outcome(process.exitValue(), text(out), text(err));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interruption);
        } finally {
            delete(out);
            delete(err);
        }
    }

    /** The program ready to start, with an empty stdin; where its output goes is for the caller to say. */
    public ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(withDefaultSignals())
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"));
        prepare(builder.environment());
        return builder;
    }

    /** A build that runs in the background ignores SIGINT, and its children would inherit that. */
    private List<String> withDefaultSignals() {
        List<String> whole = new ArrayList<>(List.of("/usr/bin/env", "--default-signal"));
        whole.addAll(command);
        return whole;
    }

    private void prepare(Map<String, String> environment) {
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("PANAMEM_") || name.startsWith("PYTHON") || OTHERS_VARIABLES.contains(name));
        environment.putAll(variables);
        nameCore(environment);
        environment.values().removeIf(String::isEmpty);
    }

    /** Where there are two cores, each program is told which one is meant, unless the test tells or only a JVM can do it. */
    private void nameCore(Map<String, String> environment) {
        String options = environment.getOrDefault("PANAMEM_OPTIONS", "");
        boolean needsJvm = environment.getOrDefault("PANAMEM_MALLOC", "").startsWith("java:")
                || List.of(options.split(",")).stream().anyMatch(JVM_OPTION.asMatchPredicate())
                || command.get(0).endsWith("/java");
        boolean isOurs = environment.containsKey("LD_PRELOAD") || environment.containsKey("LD_LIBRARY_PATH");
        if (isOurs && Files.exists(Place.NATIVE_CORE) && !options.contains("core=")) {
            String core = needsJvm ? "jvm" : Place.CORE;
            environment.put("PANAMEM_OPTIONS", "core=" + core + (options.isEmpty() ? "" : "," + options));
        }
    }

    private static Path temporary(String suffix) {
        try {
            return Files.createTempFile("panamem-run", suffix);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
