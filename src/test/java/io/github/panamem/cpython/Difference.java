package io.github.panamem.cpython;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One test that does not come to the same on both sides.
 *
 * @param test the test method's full name, or {@code FILE (the whole file)}
 * @param stock what it came to on stock Python
 * @param ours what it came to on Panamem
 */
record Difference(String test, String stock, String ours) {
    private static final String WHOLE_FILE = " (the whole file)";

    /** All differences of a test file, by the names of the tests. */
    static List<Difference> between(String file, Result stock, Result ours) {
        List<Difference> differences = new ArrayList<>();
        if (!stock.wholeFile().equals(ours.wholeFile())) {
            differences.add(new Difference(file + WHOLE_FILE, stock.wholeFile(), ours.wholeFile()));
        }
        if (stock.hasTests() && ours.hasTests()) {
            for (String test : tests(stock, ours)) {
                Verdict before = stock.verdicts().on(test);
                Verdict after = ours.verdicts().on(test);
                if (before.kind() != after.kind()) {
                    differences.add(new Difference(test, before.toString(), after.toString()));
                }
            }
        }
        return differences;
    }

    /** The names of the tests that either side has. */
    static Set<String> tests(Result stock, Result ours) {
        Set<String> tests = new TreeSet<>(stock.verdicts().byTest().keySet());
        tests.addAll(ours.verdicts().byTest().keySet());
        return tests;
    }

    /** Does this test (or what the name stands for) belong to the file? */
    static boolean belongs(String test, String file) {
        String module = "test." + file.replaceFirst("^test\\.", "");
        return test.startsWith(module + ".") || test.equals(file + WHOLE_FILE);
    }

    @Override
    public String toString() {
        return test + ": " + stock + " on stock, " + ours + " on Panamem";
    }
}
