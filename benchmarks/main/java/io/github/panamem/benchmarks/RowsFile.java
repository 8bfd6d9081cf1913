package io.github.panamem.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines of rows.txt, or of a file of its form: a kind and its key=value words. Whoever asks for a missing or malformed word hears the line. */
final class RowsFile {
    private static final Pattern WORD = Pattern.compile("\\G\\s*([a-z_]+)=(\"[^\"]*\"|\\S+)");

    /** One line. */
    record Line(String file, int number, String kind, Map<String, String> words) {
        String text(String key) {
            String value = words.get(key);
            if (value == null) {
                throw wrong("has no " + key);
            }
            return value;
        }

        String text(String key, String otherwise) {
            return words.getOrDefault(key, otherwise);
        }

        long count(String key) {
            try {
                return Long.parseLong(text(key));
            } catch (NumberFormatException e) {
                throw wrong(key + " is not a number");
            }
        }

        long count(String key, long otherwise) {
            return words.containsKey(key) ? count(key) : otherwise;
        }

        boolean yes(String key) {
            String value = text(key, "no");
            if (!value.equals("yes") && !value.equals("no")) {
                throw wrong(key + " is neither yes nor no");
            }
            return value.equals("yes");
        }

        List<String> names(String key) {
            return List.of(text(key).split(","));
        }

        /** Empty where both the word and otherwise are. */
        List<String> names(String key, String otherwise) {
            String value = text(key, otherwise);
            return value.isEmpty() ? List.of() : List.of(value.split(","));
        }

        IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException(file + " line " + number + ": " + kind + " " + what);
        }
    }

    private final List<Line> lines;

    /** The name of the file is for messages. */
    RowsFile(String file, List<String> texts) {
        lines = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i).strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                lines.add(parse(file, i + 1, text));
            }
        }
    }

    static RowsFile read(Path path) throws IOException {
        return new RowsFile(path.getFileName().toString(), Files.readAllLines(path));
    }

    <T> List<T> all(String kind, Function<Line, T> form) {
        return lines.stream().filter(line -> line.kind().equals(kind)).map(form).toList();
    }

    private static Line parse(String file, int number, String text) {
        int kindEnd = text.indexOf(' ') < 0 ? text.length() : text.indexOf(' ');
        Map<String, String> words = new LinkedHashMap<>();
        Line line = new Line(file, number, text.substring(0, kindEnd), words);
        Matcher word = WORD.matcher(text);
        int parsedEnd = kindEnd;
        while (word.find(parsedEnd)) {
            String value = word.group(2);
            boolean quoted = value.length() > 1 && value.startsWith("\"");
            if (words.put(word.group(1), quoted ? value.substring(1, value.length() - 1) : value) != null) {
                throw line.wrong("says " + word.group(1) + " twice");
            }
            parsedEnd = word.end();
        }
        if (!text.substring(parsedEnd).isBlank()) {
            throw line.wrong("ends in \"" + text.substring(parsedEnd).strip() + "\", which is no key=value");
        }
        return line;
    }
}
