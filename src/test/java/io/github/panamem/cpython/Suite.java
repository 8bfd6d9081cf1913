package io.github.panamem.cpython;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs test files of one Python's own test suite, on stock Python (whose results are kept) and on Panamem. */
final class Suite {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final String KEY_CODE = """
            import hashlib, sys
            print(hashlib.sha256((sys.version + sys.prefix).encode()).hexdigest()[:16])
            """;

    private final Path python;
    private final Path folder;
    private final Path stockResults;

    /** Results of stock Python are kept under native/target, by the build of the Python. */
    Suite(Path python, Path folder) {
        this.python = python;
        this.folder = folder;
        String key =
                Run.of(List.of(python.toString(), "-c", KEY_CODE)).go().out().strip();
        this.stockResults = Place.ROOT.resolve("native/target/cpython-stock").resolve(key);
    }

    /** Has this Python its test suite? */
    static boolean isComplete(Path python) {
        String code = "import test.test_list, test.libregrtest, _testcapi";
        return Run.of(List.of(python.toString(), "-c", code)).go().status() == 0;
    }

    /** Results that are not older than the build. */
    Map<String, String> stock(String file) throws IOException {
        Path kept = stockResults.resolve(file + ".xml");
        return Files.exists(kept) ? Verdicts.read(kept) : stockAgain(file);
    }

    Map<String, String> stockAgain(String file) throws IOException {
        Path xml = folder.resolve("stock.xml");
        Map<String, String> verdicts = run(Run.of(command(file, xml)), xml);
        if (Files.exists(xml)) {
            Files.createDirectories(stockResults);
            Files.move(xml, stockResults.resolve(file + ".xml"), StandardCopyOption.REPLACE_EXISTING);
        }
        return verdicts;
    }

    Map<String, String> ours(String file) throws IOException {
        Path xml = folder.resolve("ours.xml");
        return run(Run.preloaded(command(file, xml)), xml);
    }

    private List<String> command(String file, Path xml) {
        return List.of(python.toString(), "-m", "test", "--junit-xml", xml.toString(), file);
    }

    private Map<String, String> run(Run run, Path xml) throws IOException {
        Files.deleteIfExists(xml);
        Path working = Files.createTempDirectory(folder, "work");
        Outcome outcome = run.in(working)
                .with("TMPDIR", working.toString())
                .patience(PATIENCE)
                .go();
        if (Files.exists(xml)) {
            return Verdicts.read(xml);
        }
        String end = (outcome.out() + outcome.err()).lines().reduce((a, b) -> b).orElse("");
        return new TreeMap<>(Map.of("(the whole file)", "no results, status " + outcome.status() + ": " + end));
    }
}
