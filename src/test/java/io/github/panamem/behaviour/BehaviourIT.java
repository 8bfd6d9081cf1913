package io.github.panamem.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Someone who preloads Panamem notices nothing: stdout, stderr and the way a process ends are those of stock Python. */
class BehaviourIT {
    private static final Path SCRIPTS = Place.ROOT.resolve("src/test/resources/behaviour");

    @TestFactory
    Stream<DynamicNode> isThatOfStockPython() {
        return Place.pythons().stream().map(python -> {
            int minorVersion = minorVersion(python);
            List<DynamicTest> tests = cases().filter(one -> one.concerns(minorVersion))
                    .map(one -> DynamicTest.dynamicTest(one.name() + ": " + one.idea(), () -> compare(one, python)))
                    .toList();
            return DynamicContainer.dynamicContainer("3." + minorVersion, tests);
        });
    }

    private static void compare(Case one, Path python) {
        List<String> command = one.command(python);
        Outcome stock = one.prepare(Run.of(command), python).go();
        for (String boot : one.boots()) {
            Outcome ours = one.prepare(Run.preloaded(command), python)
                    .options(one.options(boot))
                    .go();
            assertThat(text(one, ours)).as("%s, boot=%s", one.idea(), boot).isEqualTo(text(one, stock));
        }
    }

    private static String text(Case one, Outcome outcome) {
        return "status " + outcome.status() + "\n---- stdout\n" + one.masked(outcome.out()) + "---- stderr\n"
                + one.masked(outcome.err());
    }

    private static Stream<Case> cases() {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.filter(Files::isRegularFile).sorted().map(Case::read).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int minorVersion(Path python) {
        Outcome outcome = Run.of(List.of(python.toString(), "-c", "import sys; print(sys.version_info.minor)"))
                .go();
        return Integer.parseInt(outcome.out().strip());
    }
}
