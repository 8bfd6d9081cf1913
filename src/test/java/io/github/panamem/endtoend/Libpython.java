package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A libpython that programs are linked with.
 *
 * @param version as in 3.14
 * @param headers the folder of its Python.h
 * @param library its file
 * @param home what PYTHONHOME has to say; "" when it finds its modules by itself
 */
record Libpython(String version, Path headers, Path library, String home) {
    private static final Path SOURCES = Place.ROOT.resolve("src/test/resources/embedding");

    /** How the program for embedding is linked. */
    enum Kind {
        /** It knows nothing of Panamem. */
        PLAIN,
        /** With libpython, then libpanamem. */
        LINKED,
        /** With libpanamem, then libpython. */
        LINKED_FIRST,
        /** Plain, and a library whose main is embed_main. */
        MODULE
    }

    static Libpython bundled() {
        Path home = Place.CPYTHON;
        return new Libpython(
                "3.14", home.resolve("include/python3.14"), home.resolve("libpython3.14.so.1.0"), home.toString());
    }

    static Libpython debian() {
        return new Libpython(
                "3.11", Path.of("/usr/include/python3.11"), Path.of("/usr/lib/x86_64-linux-gnu/libpython3.11.so"), "");
    }

    void assumeInstalled() {
        assumeTrue(
                Files.exists(headers.resolve("Python.h")) && Files.exists(library),
                () -> "no " + library + " or no headers in " + headers + "; Debian has both in libpython" + version
                        + "-dev");
    }

    /** Compiles the program for embedding. */
    Path program(Path folder, Kind kind) {
        Path program = folder.resolve("embed" + version + kind);
        List<String> command = new ArrayList<>(List.of(
                "cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-isystem"));
        command.addAll(List.of(headers.toString(), "-o", program.toString()));
        Stream.of("embed.c", "host.c", "count.c")
                .map(SOURCES::resolve)
                .forEach(source -> command.add(source.toString()));
        command.addAll(
                switch (kind) {
                    case PLAIN -> List.of(library.toString());
                    case MODULE -> List.of("-shared", "-fPIC", "-Dmain=embed_main", library.toString());
                    case LINKED -> List.of(library.toString(), Place.LIBRARY.toString());
                    case LINKED_FIRST -> List.of(Place.LIBRARY.toString(), library.toString());
                });
        if (kind == Kind.LINKED || kind == Kind.LINKED_FIRST) {
            command.addAll(List.of("-DWITH_PANAMEM", "-I" + Place.STAGE.resolve("include")));
        }
        command.addAll(List.of("-Wl,-rpath," + library.getParent(), "-Wl,-rpath," + Place.LIBRARY_FOLDER));
        assertThat(Run.of(command).go()).isEqualTo(new Outcome(0, "", ""));
        return program;
    }

    /** A run whose Python is the same each time. */
    Run prepare(Run run) {
        return run.with("PYTHONHOME", home).with("PYTHONHASHSEED", "0").with("PYTHONDONTWRITEBYTECODE", "1");
    }

    @Override
    public String toString() {
        return version;
    }
}
