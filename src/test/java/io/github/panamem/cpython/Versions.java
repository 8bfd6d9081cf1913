package io.github.panamem.cpython;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions of CPython 3 by their minor numbers: {@code all}, {@code 3.12+}, {@code 3.11} or {@code 3.11-3.13}. */
record Versions(int least, int most) {
    private static final Pattern TEXT = Pattern.compile("3\\.(\\d+)(?:(\\+)|-3\\.(\\d+))?");

    static Versions of(String text) {
        if (text.equals("all")) {
            return new Versions(0, Integer.MAX_VALUE);
        }
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("versions are written all, 3.12+, 3.11 or 3.11-3.13, and not " + text);
        }
        int least = Integer.parseInt(parts.group(1));
        if (parts.group(2) != null) {
            return new Versions(least, Integer.MAX_VALUE);
        }
        return new Versions(least, parts.group(3) == null ? least : Integer.parseInt(parts.group(3)));
    }

    boolean include(int minorVersion) {
        return least <= minorVersion && minorVersion <= most;
    }
}
