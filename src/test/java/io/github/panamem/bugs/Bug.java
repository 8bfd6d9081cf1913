package io.github.panamem.bugs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A planted bug: one C file of src/test/resources/bugs, and what its head says about it.
 *
 * @param source the file
 * @param report the report of ours under debug hooks, as report.py says it; "" when they do not find it
 * @param guard the report of ours in guard mode; "" when it is not run there
 * @param options what guard mode is asked for beside
 * @param pythons what CPython says under PYTHONMALLOC=debug
 * @param needsPython whether it is an extension only
 */
record Bug(Path source, String report, String guard, String options, String pythons, boolean needsPython) {
    static final Path FOLDER = Place.ROOT.resolve("src/test/resources/bugs");

    /** Those that debug hooks find. */
    static Stream<Bug> hooked() {
        return all().stream().filter(bug -> !bug.report.isEmpty());
    }

    /** Those that guard mode finds. */
    static Stream<Bug> guarded() {
        return all().stream().filter(bug -> !bug.guard.isEmpty());
    }

    static List<Bug> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".c"))
                    .sorted()
                    .map(Bug::read)
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Bug read(Path source) {
        try {
            List<String> lines = Files.readAllLines(source);
            return new Bug(
                    source,
                    head(lines, "Panamem"),
                    head(lines, "Guard"),
                    head(lines, "Options"),
                    head(lines, "CPython"),
                    head(lines, "Only").equals("extension"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String head(List<String> lines, String word) {
        String begin = " * " + word + ": ";
        return lines.stream()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()))
                .findFirst()
                .orElse("");
    }

    static Bug named(String name) {
        return read(FOLDER.resolve(name + ".c"));
    }

    /** What kind of mistake the report says it is. */
    String kind() {
        return kind(report);
    }

    static String kind(String report) {
        return report.replaceFirst(" (here|allocated|refused) .*", "");
    }

    /** Whether only a test of a call finds it. */
    boolean isOfACall() {
        return !report.contains(" here ");
    }

    String name() {
        return source.getFileName().toString().replaceFirst("\\.c$", "");
    }

    /** Compiles it as a program without an interpreter. */
    Path program(Path folder) {
        Path program = folder.resolve(name());
        compile(program, "-rdynamic", "-I" + Place.STAGE.resolve("include"), Place.LIBRARY.toString());
        return program;
    }

    /** Compiles it as a module of the bundled CPython into the folder. */
    void extension(Path folder) {
        compile(
                folder.resolve(name() + ".so"),
                "-DWITH_PYTHON",
                "-shared",
                "-fPIC",
                "-I" + Place.STAGE.resolve("include"),
                "-isystem",
                Place.CPYTHON.resolve("include/python3.14").toString());
    }

    /** Compilers see some of the bugs, and say so. */
    private void compile(Path output, String... options) {
        List<String> command =
                new ArrayList<>(List.of("cc", "-std=gnu17", "-O1", "-g", "-w", "-pthread", source.toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", output.toString()));
        assertThat(Run.of(command).go()).isEqualTo(new Outcome(0, "", ""));
    }

    @Override
    public String toString() {
        return name();
    }
}
