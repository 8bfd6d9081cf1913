package io.github.panamem.benchmarks;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A program that does next to nothing; python is set where it is one's `-c pass`. */
record StartupRow(
        String name,
        String title,
        Program program,
        Optional<Python> python,
        int rounds,
        int quickRounds,
        Set<String> only)
        implements Row {
    /** What is started. */
    enum Program {
        PYTHON,
        HELLO,
        JAVA
    }

    static StartupRow of(RowsFile.Line line) {
        return new StartupRow(
                line.text("row"),
                line.text("title"),
                Program.valueOf(line.text("program").toUpperCase(Locale.ROOT)),
                Optional.empty(),
                Math.toIntExact(line.count("rounds")),
                Math.toIntExact(line.count("quick", 0)),
                Set.copyOf(line.names("contenders", "")));
    }

    StartupRow on(Python other, String suffix) {
        return new StartupRow(
                name + suffix, title + ", " + other.name(), program, Optional.of(other), rounds, quickRounds, only);
    }

    boolean ofPython() {
        return program == Program.PYTHON;
    }

    boolean suits(Interpreter interpreter) {
        return interpreter.kinds().contains("startup") && (only.isEmpty() || only.contains(interpreter.name()));
    }
}
