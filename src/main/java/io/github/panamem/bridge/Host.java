package io.github.panamem.bridge;

import org.jspecify.annotations.Nullable;

/**
 * A Java program as the host of the heap; where C started Java, the program finds the heap open and is its guest.
 *
 * @param library what C offers to hosts
 * @param isGuest C started Java, so that closing is not ours
 */
public record Host(Library library, boolean isGuest) {
    private static final String USER_PREFIX = "java:";
    private static final String DEBUG_SUFFIX = "_debug";

    /**
     * Java serves from now on. Null arguments stand for what the environment says. IllegalArgumentException when C refuses
     * them, IllegalStateException when Java cannot serve.
     */
    public static Host open(@Nullable String malloc, @Nullable String options) {
        Library library = Library.load();
        long heap = library.hostOpen(malloc, options);
        if (Boot.startedByC(heap)) {
            return new Host(library, true);
        }
        String refusal = Boot.serve(heap, UpcallStub.ONE, userClassName(library.active()));
        if (refusal == null && !library.hostReady()) {
            refusal = "libpanamem.so finds no JVM to serve it";
        }
        if (refusal != null) {
            library.hostClose();
            throw new IllegalStateException("panamem: " + refusal);
        }
        return new Host(library, false);
    }

    /** The fallback serves from now on, unless we are a guest; live blocks stay. */
    public void close() {
        if (!isGuest) {
            library.hostClose();
        }
    }

    /** The class of {@code java:<class>} or {@code java:<class>_debug}; null for other names. */
    static @Nullable String userClassName(String active) {
        if (!active.startsWith(USER_PREFIX)) {
            return null;
        }
        int end = active.endsWith(DEBUG_SUFFIX) ? active.length() - DEBUG_SUFFIX.length() : active.length();
        return active.substring(USER_PREFIX.length(), end);
    }
}
