package io.github.panamem.behaviour;

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
 *   <li>{@code mask}: a regular expression of text that may differ, such as a process id
 *   <li>{@code allow}: {@code fork-warning}, the one difference that a JVM's threads make since CPython 3.12
 * </ul>
 *
 * A {@code .sh} script finds the Python in {@code $PYTHON}.
 */
record Case(Path script, String idea, List<Header> headers) {
    private record Header(String key, String value) {}

    private static final Pattern FORK_WARNING = Pattern.compile(
            "[^\\n]*DeprecationWarning: This process \\(pid=\\d+\\) is multi-threaded, use of (?:fork|forkpty)\\(\\) may lead to"
                    + " deadlocks in the child\\.\\n(?:  [^\\n]*\\n)?");

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
        run.with("PYTHON", python.toString()).with("PYTHONDONTWRITEBYTECODE", "1");
        values("env").map(text -> text.split("=", 2)).forEach(pair -> run.with(pair[0], pair[1]));
        return run;
    }

    List<String> boots() {
        List<String> only = values("boot").toList();
        return only.isEmpty() ? List.of("sync", "async") : only;
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
            masked = FORK_WARNING.matcher(masked).replaceAll("");
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
