package io.github.panamem.behaviour;

import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A small script whose outcome must be the same with and without Panamem. Its first line is the idea; lines after it that
 * begin with {@code # key: value} say how it runs:
 *
 * <ul>
 *   <li>{@code args}: arguments for Python before the script, for instance {@code -X dev}
 *   <li>{@code env}: {@code NAME=VALUE} for every run; {@code options}: what PANAMEM_OPTIONS holds besides {@code boot}
 *   <li>{@code boot}: the only way of booting that the case is about, {@code sync} or {@code async}
 *   <li>{@code since}: the first CPython 3 minor version that the case is about
 *   <li>{@code needs}: a Python module without which the case is skipped
 *   <li>{@code rounds}: two numbers; the variable ROUNDS is the first, or the second when long tests run as well
 *   <li>{@code long}: why the case runs with the long tests only
 *   <li>{@code mask}: a regular expression of text that may differ, such as a process id
 *   <li>{@code allow}: {@code fork-warning}, the one difference that a JVM's threads make since CPython 3.12; {@code
 *       no-java}, the line which says that Java found no place
 * </ul>
 *
 * A {@code .sh} script finds the Python in {@code $PYTHON}.
 */
record Case(Path script, String idea, List<Header> headers) {
    private record Header(String key, String value) {}

    /** Outside Python's own folders, which may be somebody else's; without any, a slow import would be most of a case. */
    private static final Path PYCACHE = Place.ROOT.resolve("src/target/pycache");

    private static final Pattern FORK_WARNING = Pattern.compile(
            "[^\\n]*DeprecationWarning: This process \\(pid=\\d+\\) is multi-threaded, use of (?:fork|forkpty)\\(\\) may lead to"
                    + " deadlocks in the child\\.\\n(?:  [^\\n]*\\n)?");

    private static final Pattern NO_JAVA = Pattern.compile(
            "panamem: (?:Java does not serve, the fallback does: [^\\n]*|[^\\n]*; the program runs on without Panamem)\\n");

    static Case read(Path script) {
        try {
            List<String> lines = Files.readAllLines(script);
            List<Header> headers = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                int colon = line.indexOf(": ");
                if (!line.startsWith("# ") || colon < 0) {
                    break;
                }
                headers.add(new Header(line.substring(2, colon), line.substring(colon + 2)));
            }
            return new Case(script, lines.get(0).substring(2), headers);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    String name() {
        return Objects.requireNonNull(script.getFileName()).toString();
    }

    boolean concerns(int minorVersion) {
        return values("since").mapToInt(Integer::parseInt).allMatch(since -> minorVersion >= since);
    }

    boolean isLong() {
        return values("long").findAny().isPresent();
    }

    /** True for one that a long run repeats more often. */
    boolean hasRounds() {
        return values("rounds").findAny().isPresent();
    }

    List<String> needs() {
        return values("needs").toList();
    }

    /** The same with its greater number of rounds. */
    Case lengthened() {
        List<Header> more = headers.stream()
                .map(header -> header.key().equals("rounds")
                        ? new Header("rounds", header.value().split(" ")[1])
                        : header)
                .toList();
        return new Case(script, idea, more);
    }

    List<String> command(Path python) {
        if (name().endsWith(".sh")) {
            return List.of("/bin/sh", script.toString());
        }
        List<String> command = new ArrayList<>(List.of(python.toString()));
        values("args").forEach(arguments -> command.addAll(List.of(arguments.split(" "))));
        command.add(script.toString());
        return command;
    }

    /** Sets the variables that every run of this case has. */
    Run prepare(Run run, Path python) {
        run.with("PYTHON", python.toString()).with("PYTHONPYCACHEPREFIX", PYCACHE.toString());
        values("rounds").forEach(rounds -> run.with("ROUNDS", rounds.split(" ")[0]));
        values("env").map(text -> text.split("=", 2)).forEach(pair -> run.with(pair[0], pair[1]));
        return run;
    }

    /** A native core boots before main, or in the background when the heap has grown. */
    List<String> boots() {
        List<String> only = values("boot").toList();
        String background = Place.usesNativeCore() ? "lazy,boot.after=1" : "async";
        return only.isEmpty() ? List.of("sync", background) : only;
    }

    String options(String boot) {
        return Stream.concat(Stream.of("boot=" + boot), values("options"))
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
    }

    /** The text without what may differ. */
    String masked(String text) {
        String masked = text;
        if (values("allow").anyMatch("fork-warning"::equals)) {
            masked = Place.usesNativeCore() // which has no threads: those warnings are about the program's own
                    ? masked.replaceAll("\\(pid=\\d+\\)", "(pid=…)")
                    : FORK_WARNING.matcher(masked).replaceAll("");
        }
        if (values("allow").anyMatch("no-java"::equals)) {
            masked = NO_JAVA.matcher(masked).replaceAll("");
        }
        for (String mask : values("mask").toList()) {
            masked = masked.replaceAll(mask, "…");
        }
        return masked;
    }

    private Stream<String> values(String key) {
        return headers.stream().filter(header -> header.key().equals(key)).map(Header::value);
    }
}
