package io.github.panamem.bridge;

import org.jspecify.annotations.Nullable;

/** Opens and closes the heap of this process for a Java program; where C started Java, the program finds it open. */
public final class Host {
    private static final String USER_PREFIX = "java:";
    private static final String DEBUG_SUFFIX = "_debug";

    private Host() {}

    /**
     * Java serves from now on, in the library that is answered. Null arguments stand for what the environment says.
     * IllegalArgumentException when C refuses them, IllegalStateException when Java cannot serve.
     */
    public static Library open(@Nullable String malloc, @Nullable String options) {
        Library library = Library.load();
        long heap = library.hostOpen(malloc, options);
        if (Boot.startedByC()) {
            return library;
        }
        String refusal = Boot.serve(heap, userClassName(library.active()));
        if (refusal == null && !library.hostReady()) {
            refusal = "libpanamem.so finds no JVM to serve it";
        }
        if (refusal != null) {
            library.hostClose();
            throw new IllegalStateException("panamem: " + refusal);
        }
        return library;
    }

    /** Live blocks stay; the fallback serves from now on, unless C started Java: then it is not ours to stop. */
    public static void close(Library library) {
        if (!Boot.startedByC()) {
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
