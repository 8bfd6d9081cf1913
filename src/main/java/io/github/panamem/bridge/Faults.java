package io.github.panamem.bridge;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What entries caught. Nothing may leave an entry, so a fault answers 0 there and is told here, by the heap check.
 *
 * <p>Tests inject faults: with {@code -Dpanamem.faults=true} every entry first throws what {@link #inject} was given.
 * Without it the test is a constant and costs nothing.
 */
final class Faults {
    static final String INJECTABLE_PROPERTY = "panamem.faults";

    private static final boolean INJECTABLE = Boolean.getBoolean(INJECTABLE_PROPERTY);

    private static final AtomicReference<@Nullable Throwable> injected = new AtomicReference<>();
    private static final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

    private Faults() {}

    /** Remembers the first fault; answers 0, the only "no". */
    static long caught(Throwable fault) {
        first.compareAndSet(null, fault);
        return 0;
    }

    /** The first fault since start, or null. */
    static @Nullable Throwable first() {
        return first.get();
    }

    /** Tests: as if there had been none. */
    static void forget() {
        first.set(null);
    }

    static void inject(@Nullable Throwable fault) {
        injected.set(fault);
    }

    /** Stands at the beginning of every entry. */
    static void point() throws Throwable {
        if (INJECTABLE) {
            Throwable fault = injected.get();
            if (fault != null) {
                throw fault;
            }
        }
    }
}
