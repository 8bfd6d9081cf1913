package io.github.panamem.endtoend;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Where things lie that the end-to-end tests use: the tree, the stage, the harness, and the Pythons of this machine. */
public final class Place {
    /** The project's folder. */
    public static final Path ROOT = property("panamem.root");

    /** What an installation holds: libraries, headers, the jar. */
    public static final Path STAGE = property("panamem.stage");

    /** For programs that are linked with it. */
    public static final Path LIBRARY_FOLDER = STAGE.resolve("lib");

    /** For a linker. */
    public static final Path LIBRARY = LIBRARY_FOLDER.resolve("libpanamem.so");

    /** For a real CPython. */
    public static final Path PRELOAD = LIBRARY_FOLDER.resolve("libpanamem-preload.so");

    /** The C program that knows only the public headers. */
    public static final Path HARNESS = ROOT.resolve("native/target/build/native/tests/panamem-harness");

    /** The C program that forks while Java is being started. */
    public static final Path FORK_AMID_BOOT = HARNESS.resolveSibling("panamem-fork-amid-boot");

    /** The CPython 3.14 that comes with the build. */
    public static final Path CPYTHON = property("panamem.cpython");

    /** Its program. */
    public static final Path BUNDLED_PYTHON = CPYTHON.resolve("bin/python3.14");

    /** The core that programs ask for: jvm or native. */
    public static final String CORE = System.getProperty("panamem.core", "jvm");

    /** The core compiled ahead of time, where it was built. */
    public static final Path NATIVE_CORE = LIBRARY_FOLDER.resolve("libpanamem-core.so");

    private static final Path DEBIAN_PYTHON = Path.of("/usr/bin/python3.11");

    private Place() {}

    public static boolean usesNativeCore() {
        return CORE.equals("native");
    }

    /** The bundled CPython first, then Debian's, when it is installed. */
    public static List<Path> pythons() {
        List<Path> pythons = new ArrayList<>(List.of(BUNDLED_PYTHON));
        if (Files.isExecutable(DEBIAN_PYTHON)) {
            pythons.add(DEBIAN_PYTHON);
        }
        return pythons;
    }

    private static Path property(String name) {
        return Path.of(Objects.requireNonNull(System.getProperty(name), name));
    }
}
