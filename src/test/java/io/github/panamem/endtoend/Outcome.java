package io.github.panamem.endtoend;

import java.util.List;

/**
 * How a program ended.
 *
 * @param status its exit status; 128 + n when signal n ended it
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
public record Outcome(int status, String out, String err) {
    /** What follows our report about a misuse, which ends in an empty line; all of stderr without one. */
    public String errAfterReport() {
        return err.startsWith("panamem: ") ? err.substring(err.indexOf("\n\n") + 2) : err;
    }

    /** The lines of stderr. */
    public List<String> errorLines() {
        return err.lines().toList();
    }

    /** The rest of the line of stdout that begins with the word; "" when there is none. */
    public String said(String word) {
        return out.lines()
                .filter(line -> line.startsWith(word + " "))
                .findFirst()
                .map(line -> line.substring(word.length() + 1).strip())
                .orElse("");
    }
}
