package io.github.panamem.cpython;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The checked-in list of tests that may differ; the list itself says how it is written. */
record Explanations(List<ReasonClass> classes, List<Explained> tests) {
    private static final Pattern CLASS = Pattern.compile("class (\\S+) \\| (\\S+) \\| (.+)");
    private static final Pattern TEST = Pattern.compile("(\\S.*?) +\\| +(\\S+) +\\| +(\\S+) +\\| +(.+)");
    private static final String CODE = "    ";

    static Explanations read(Path list) throws IOException {
        return of(Files.readAllLines(list));
    }

    static Explanations of(List<String> lines) {
        List<ReasonClass> classes = new ArrayList<>();
        List<Explained> tests = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(CODE) && !classes.isEmpty()) {
                classes.add(withCode(classes.removeLast(), line.substring(CODE.length())));
            } else if (line.startsWith("class ")) {
                Matcher fields = fields(CLASS, line);
                classes.add(new ReasonClass(fields.group(1), Versions.of(fields.group(2)), fields.group(3), ""));
            } else if (!line.startsWith("#") && !line.isBlank()) {
                Matcher fields = fields(TEST, line);
                tests.add(
                        new Explained(fields.group(1), fields.group(2), Versions.of(fields.group(3)), fields.group(4)));
            }
        }
        return new Explanations(List.copyOf(classes), List.copyOf(tests));
    }

    /** The explanation of a difference on a Python 3.minorVersion. */
    Optional<Explained> find(String test, int minorVersion) {
        return tests.stream()
                .filter(explained -> explained.test().equals(test))
                .filter(explained -> explained.versions().include(minorVersion))
                .findFirst();
    }

    private static ReasonClass withCode(ReasonClass reason, String code) {
        return new ReasonClass(reason.name(), reason.versions(), reason.meaning(), reason.reproduction() + code + "\n");
    }

    private static Matcher fields(Pattern pattern, String line) {
        Matcher fields = pattern.matcher(line);
        if (!fields.matches()) {
            throw new IllegalArgumentException("the list of differences has a line that says nothing: " + line);
        }
        return fields;
    }
}
