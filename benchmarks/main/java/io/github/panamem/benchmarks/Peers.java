package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Plan.Contender;
import io.github.panamem.benchmarks.Plan.Via;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which contenders this machine can run; each of the others is named with what would bring it. */
final class Peers {
    /** For every contender alike: jemalloc wants more static TLS than glibc keeps free for libraries that come late. */
    static final Map<String, String> LOADER_VARIABLES = Map.of("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=8192");

    private final List<Contender> present = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    Peers(Place place, List<Contender> contenders) throws IOException, InterruptedException {
        Map<String, Boolean> found = new HashMap<>();
        for (Contender contender : contenders) {
            String library = contender.library();
            if (!library.isEmpty() && !found.containsKey(library)) {
                found.put(library, loaderFinds(place, library));
            }
            if (!found.getOrDefault(library, true)) {
                missing.add(contender.name() + ": apt-get install " + contender.debianPackage());
            } else if (contender.via() == Via.CPYTHON && !hasCpython(place)) {
                missing.add(contender.name() + ": no bundled CPython here");
            } else {
                present.add(contender);
            }
        }
    }

    List<Contender> present() {
        return present;
    }

    List<String> missing() {
        return missing;
    }

    static boolean hasCpython(Place place) {
        return place.cpython()
                .filter(home -> Files.isExecutable(Place.python(home)))
                .isPresent();
    }

    /** The loader itself is asked, as it is the one that will have to find the library. */
    private static boolean loaderFinds(Place place, String library) throws IOException, InterruptedException {
        ProcessBuilder probe = new ProcessBuilder(place.plainProgram().toString(), "--probe", library)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        probe.environment().putAll(LOADER_VARIABLES);
        return probe.start().waitFor() == 0;
    }
}
