package io.github.panamem.cpython;

import java.util.Locale;

/**
 * What one test came to.
 *
 * @param message what a failure said, in one line, for people; it takes no part in a comparison
 */
record Verdict(Kind kind, String message) {
    /** From the best to the worst. */
    enum Kind {
        PASSED,
        SKIPPED,
        ABSENT,
        FAILED
    }

    static final Verdict PASSED = new Verdict(Kind.PASSED, "");
    static final Verdict SKIPPED = new Verdict(Kind.SKIPPED, "");
    static final Verdict ABSENT = new Verdict(Kind.ABSENT, "");

    static Verdict failed(String message) {
        return new Verdict(Kind.FAILED, message);
    }

    Verdict orWorse(Verdict other) {
        return other.kind.compareTo(kind) > 0 ? other : this;
    }

    @Override
    public String toString() {
        String word = kind.name().toLowerCase(Locale.ROOT);
        return message.isEmpty() ? word : word + " (" + message + ")";
    }
}
