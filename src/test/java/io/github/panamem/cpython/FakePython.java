package io.github.panamem.cpython;

import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** A shell script in the place of a Python: for each side and test file it does what a test tells it to. */
final class FakePython {
    private static final String SCRIPT = """
            #!/bin/sh
            # Called as: -m test -W --junit-xml XML FILE
            folder=$(dirname "$0")
            xml=$5
            echo run >>"$folder/$FAKE_SIDE-$6.runs"
            tests() { echo "<testsuites><testsuite>$*</testsuite></testsuites>" >"$xml"; }
            passed() { echo "<testcase name='$1'/>"; }
            failed() { echo "<testcase name='$1'><failure message='no'>text</failure></testcase>"; }
            skipped() { echo "<testcase name='$1'><skipped>text</skipped></testcase>"; }
            . "$folder/$FAKE_SIDE-$6.does"
            """;

    private final Path folder;
    private final Path script;
    private Explanations explanations = Explanations.of(List.of());
    private Duration patience = Duration.ofMinutes(1);
    private String build = "1";

    FakePython(Path folder) throws IOException {
        this.folder = folder;
        this.script = Files.writeString(folder.resolve("python"), SCRIPT);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    FakePython stockDoes(String file, String code) {
        return does("stock", file, code);
    }

    FakePython oursDoes(String file, String code) {
        return does("ours", file, code);
    }

    FakePython explained(String... lines) {
        explanations = Explanations.of(List.of(lines));
        return this;
    }

    FakePython patience(Duration most) {
        patience = most;
        return this;
    }

    /** Another build of Panamem. */
    FakePython build(String name) {
        build = name;
        return this;
    }

    Judge judge() {
        Interpreter python = new Interpreter(script, "3.14.3", "fake");
        Results results = new Results(folder.resolve("results"));
        return new Judge(python, side("stock", ""), side("ours", build), results, explanations, patience);
    }

    Judgement judge(String file) throws IOException, InterruptedException {
        return judge().judge(file);
    }

    int stockRuns(String file) throws IOException {
        return runs("stock", file);
    }

    int ourRuns(String file) throws IOException {
        return runs("ours", file);
    }

    private int runs(String side, String file) throws IOException {
        return Files.readAllLines(folder.resolve(side + "-" + file + ".runs")).size();
    }

    private FakePython does(String side, String file, String code) {
        try {
            Files.writeString(folder.resolve(side + "-" + file + ".does"), code + "\n");
            return this;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Side side(String name, String build) {
        return new Side(name + build, command -> Run.of(command).with("FAKE_SIDE", name));
    }
}
