package io.github.panamem.cpython;

import io.github.panamem.endtoend.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * The checked-in list of tests that may differ, each with its reason class and its reason: {@code test | class | why}.
 *
 * <p>There are two classes. <b>introspection</b>: the test asks CPython's own allocator about itself; at most the four
 * tests that cannot pass under any foreign allocator. <b>fork-warning</b>: since 3.12 CPython warns of a fork in a process
 * with threads, and a JVM has threads.
 */
record Explained(String test, String reasonClass, String why) {
    static List<Explained> read() throws IOException {
        List<Explained> explained = new ArrayList<>();
        for (String line : Files.readAllLines(Place.ROOT.resolve("src/test/resources/cpython/differences.txt"))) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] fields = line.split("\\s*\\|\\s*", 3);
                explained.add(new Explained(fields[0], fields[1], fields[2]));
            }
        }
        return explained;
    }
}
