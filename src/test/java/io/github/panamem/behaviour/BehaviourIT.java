package io.github.panamem.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Someone who preloads Panamem notices nothing: stdout, stderr and the way a process ends are those of stock Python. */
class BehaviourIT {
    /** Stock Python itself may differ from run to run: what it does in one of so many is no difference of ours. */
    private static final int STOCK_RUNS = 3;

    private static final Path SCRIPTS = Place.ROOT.resolve("src/test/resources/behaviour");

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** What 10,000 forks or a package's own tests may take. */
    private static final Duration LONG_PATIENCE = Duration.ofMinutes(30);

    @TestFactory
    Stream<DynamicNode> isThatOfStockPython() {
        return onEveryPython(cases().filter(one -> !one.isLong()).toList());
    }

    @Tag("long")
    @TestFactory
    Stream<DynamicNode> staysThatOfStockPython() {
        List<Case> many = cases().filter(Case::hasRounds).map(Case::lengthened).toList();
        return onEveryPython(
                Stream.concat(many.stream(), cases().filter(Case::isLong)).toList());
    }

    /** A script's folder is the first place where Python looks for a module. */
    @Test
    void noCaseHidesAModuleOfPython() {
        String code = "import sys; print('\\n'.join(sys.stdlib_module_names))";
        for (Path python : Place.pythons()) {
            List<String> modules = Run.of(List.of(python.toString(), "-c", code))
                    .go()
                    .out()
                    .lines()
                    .toList();
            assertThat(cases().map(one -> one.name().replaceFirst("[.]py$", "")))
                    .doesNotContainAnyElementsOf(modules);
        }
    }

    private static Stream<DynamicNode> onEveryPython(List<Case> cases) {
        return Place.pythons().stream().map(python -> {
            int minorVersion = minorVersion(python);
            List<DynamicTest> tests = cases.stream()
                    .filter(one -> one.concerns(minorVersion))
                    .map(one -> DynamicTest.dynamicTest(one.name() + ": " + one.idea(), () -> compare(one, python)))
                    .toList();
            return DynamicContainer.dynamicContainer("3." + minorVersion, tests);
        });
    }

    private static boolean has(Path python, String module) {
        return Run.of(List.of(python.toString(), "-c", "import " + module)).go().status() == 0;
    }

    private static void compare(Case one, Path python) {
        for (String module : one.needs()) {
            assumeTrue(has(python, module), () -> "skipped: " + python + " has no module " + module);
        }
        List<String> command = one.command(python);
        Duration patience = one.isLong() || one.hasRounds() ? LONG_PATIENCE : PATIENCE;
        Outcome stock = one.prepare(Run.of(command), python).patience(patience).go();
        assertThat(stock.err())
                .as("the case itself is sound")
                .doesNotContain("ImportError", "ModuleNotFoundError", "SyntaxError", "NameError");
        for (String boot : one.boots()) {
            Outcome ours = one.prepare(Run.preloaded(command), python)
                    .options(one.options(boot))
                    .patience(patience)
                    .go();
            List<String> accepted = new ArrayList<>(List.of(text(one, stock)));
            while (!accepted.contains(text(one, ours)) && accepted.size() < STOCK_RUNS) {
                Outcome again =
                        one.prepare(Run.of(command), python).patience(patience).go();
                accepted.add(text(one, again));
            }
            assertThat(text(one, ours)).as("%s, boot=%s", one.idea(), boot).isIn(accepted);
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
