package io.github.panamem.cpython;

import io.github.panamem.endtoend.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The judges of this project: where their list and their results lie, and which Pythons they know. */
final class Court {
    static final Path LIST = Place.ROOT.resolve("src/test/resources/cpython/differences.txt");
    static final Path RESULTS = Place.ROOT.resolve("native/target/cpython-tests");

    private Court() {}

    /** Those of this machine's Pythons that have their test suite. */
    static List<Interpreter> pythons() {
        return Place.pythons().stream()
                .map(Interpreter::at)
                .flatMap(Optional::stream)
                .toList();
    }

    static Judge judge(Interpreter python, Duration patience) throws IOException {
        return new Judge(
                python,
                Side.stock(python),
                Side.panamem(python),
                new Results(RESULTS),
                Explanations.read(LIST),
                patience);
    }
}
