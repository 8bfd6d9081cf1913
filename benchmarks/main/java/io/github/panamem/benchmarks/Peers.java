package io.github.panamem.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which contenders this machine can run; each of the others is named with what would bring it. */
final class Peers {
    /** For every contender alike: jemalloc wants more static TLS than glibc keeps free for libraries that come late. */
    static final Map<String, String> LOADER_VARIABLES = Map.of("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=8192");

    private final Place place;
    private final Map<String, Path> given;
    private final Map<String, Boolean> found = new HashMap<>();
    private final Set<String> missing = new LinkedHashSet<>();

    /** given: libraries that the command line names, by the name of its option. */
    Peers(Place place, Map<String, Path> given) {
        this.place = place;
        this.given = given;
    }

    boolean has(Contender contender) {
        if (contender.via() == Contender.Via.CPYTHON && !hasCpython(place)) {
            missing.add(contender.name() + ": no bundled CPython here");
            return false;
        }
        return has(contender.name(), contender.needs());
    }

    boolean has(Interpreter interpreter) {
        return has(interpreter.name(), interpreter.needs());
    }

    boolean has(Python python) {
        boolean present = python.present(place);
        if (!present) {
            missing.add("CPython " + python.name() + ": "
                    + (python.debianPackage().isEmpty()
                            ? "no bundled CPython here"
                            : "apt-get install " + python.debianPackage()));
        }
        return present;
    }

    Set<String> missing() {
        return missing;
    }

    /** What LD_PRELOAD must say, or nothing. */
    String preloaded(Needs needs) {
        return needs.given().isEmpty()
                ? needs.library()
                : given.get(needs.given()).toString();
    }

    static boolean hasCpython(Place place) {
        return place.cpython()
                .filter(home -> Files.isExecutable(Place.python(home)))
                .isPresent();
    }

    private boolean has(String name, Needs needs) {
        if (!needs.given().isEmpty() && !given.containsKey(needs.given())) {
            missing.add(name + ": --" + needs.given() + " FILE names its library");
            return false;
        }
        if (!needs.file().isEmpty() && !Files.exists(place.stage().resolve(needs.file()))) {
            return false; // a part that this build does not have: nothing is missing
        }
        String library = preloaded(needs);
        if (!library.isEmpty() && !found.computeIfAbsent(library, this::loaderFinds)) {
            missing.add(name + ": "
                    + (needs.debianPackage().isEmpty()
                            ? "the loader refuses " + library
                            : "apt-get install " + needs.debianPackage()));
            return false;
        }
        return true;
    }

    /** The loader itself is asked, as it is the one that will have to find the library. */
    private boolean loaderFinds(String library) {
        try {
            ProcessBuilder probe = new ProcessBuilder(place.plainProgram().toString(), "--probe", library)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            probe.environment().putAll(LOADER_VARIABLES);
            return probe.start().waitFor() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
