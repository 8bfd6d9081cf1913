package io.github.panamem.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where things lie: the source tree, the stage folder that holds libpanamem as installed, the bench programs, and the
 * bundled CPython's home (the folder with bin/ and lib/), if there is one.
 */
record Place(Path root, Path stage, Path programs, Optional<Path> cpython) {
    private static final String PYTHON = "3.14";

    /** Where a build of the tree at root leaves things. */
    static Place of(Path root) {
        Path target = root.resolve("native/target");
        return new Place(root, target.resolve("stage"), target.resolve("build/benchmarks/c"), Optional.empty());
    }

    Path budget() {
        return root.resolve("benchmarks/instructions.txt");
    }

    Path rows() {
        return root.resolve("benchmarks/rows.txt");
    }

    Path script(String name) {
        return root.resolve("benchmarks/python").resolve(name);
    }

    Path tableProgram() {
        return programs.resolve("panamem-bench");
    }

    Path plainProgram() {
        return programs.resolve("panamem-bench-plain");
    }

    Path hello() {
        return programs.resolve("panamem-bench-hello");
    }

    Path helloPlain() {
        return programs.resolve("panamem-bench-hello-plain");
    }

    Path fastpathProgram() {
        return programs.resolve("panamem-bench-fastpath");
    }

    Path wrap() {
        return root.resolve("benchmarks/c/wrap.c");
    }

    /** Where programs of others are built. */
    Path foreignBuild() {
        return root.resolve("benchmarks/target/programs");
    }

    Path measure() {
        return programs.resolve("panamem-measure");
    }

    Path loopsLibrary() {
        return programs.resolve("libpanamem-bench-loops.so");
    }

    /** Of the build's tests: it makes heaps without a JVM inside. */
    Path testingLibrary() {
        return programs.resolve("../../native/tests/libpanamem-testing.so").normalize();
    }

    Path libraryFolder() {
        return stage.resolve("lib");
    }

    Path library() {
        return libraryFolder().resolve("libpanamem.so");
    }

    Path panamemJar() {
        return libraryFolder().resolve("panamem/panamem.jar");
    }

    Path benchJar() {
        return root.resolve("benchmarks/target/panamem-benchmarks.jar");
    }

    Path includes() {
        return stage.resolve("include");
    }

    Path preload() {
        return libraryFolder().resolve("libpanamem-preload.so");
    }

    static Path python(Path home) {
        return home.resolve("bin/python" + PYTHON);
    }

    static Path libpython(Path home) {
        Path beside = home.resolve("libpython" + PYTHON + ".so.1.0");
        return Files.exists(beside) ? beside : home.resolve("lib").resolve(beside.getFileName());
    }
}
