package io.github.panamem.bridge;

import org.jspecify.annotations.Nullable;

/**
 * What entries caught. Nothing may leave an entry, so a fault answers 0 there and is told here, by the heap check.
 *
 * <p>Tests inject faults: with {@code -Dpanamem.faults=true} every entry first throws what {@link #inject} was given.
 * Without it the test is a constant and costs nothing.
 */
final class Faults {
    private static final boolean INJECTABLE = Boolean.getBoolean("panamem.faults");

    private static @Nullable Throwable injected;
    private static volatile @Nullable Throwable first;

    private Faults() {}

    /** Remembers the first fault; answers 0, the only "no". */
    static long caught(Throwable fault) {
        if (first == null) {
            first = fault;
        }
        return 0;
    }

    /** The first fault since start, or null. */
    static @Nullable Throwable first() {
        return first;
    }

    static void inject(@Nullable Throwable fault) {
        injected = fault;
    }

    /** Stands at the beginning of every entry. */
    static void point() throws Throwable {
        if (INJECTABLE && injected != null) {
            throw injected;
        }
    }
}
