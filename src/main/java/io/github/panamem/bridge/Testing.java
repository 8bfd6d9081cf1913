package io.github.panamem.bridge;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The functions of panamem/testing.h. What C refuses becomes an IllegalStateException with C's own line.
 *
 * <p>One test is under way at a time in a process.
 */
public final class Testing {
    /** The status of a process that used up its budget of requests. */
    public static final int HANGS = 97;

    private static final int REPORT_BYTES = 1 << 20;

    /* struct panamem_request */
    private static final long REQUEST_BYTES_AT = 8;
    private static final long REQUEST_DOMAIN_AT = 16;
    private static final long REQUEST_PLAN_AT = 20;
    private static final long REQUEST_SIZE = 280;

    private final MethodHandle leakBegin;
    private final MethodHandle leakRound;
    private final MethodHandle leakEnd;
    private final MethodHandle fail;
    private final MethodHandle note;
    private final MethodHandle stop;
    private final MethodHandle refused;
    private final MethodHandle budget;
    private final MethodHandle request;
    private final MethodHandle askedFor;
    private final MethodHandle error;

    /**
     * What was noted of a request.
     *
     * @param bytes that it asked for
     * @param domain 0 RAW, 1 MEM, 2 OBJ
     * @param plan refuses this one and no other
     * @param site where it was made, as text or as a member of JSON
     */
    public record Noted(long bytes, int domain, String plan, String site) {}

    public Testing() {
        Library library = Library.load();
        leakBegin = library.function("panamem_leak_begin", FunctionDescriptor.of(JAVA_INT));
        leakRound = library.function("panamem_leak_round", FunctionDescriptor.of(JAVA_INT));
        leakEnd = library.function("panamem_leak_end", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
        fail = library.function("panamem_fail", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        note = library.function("panamem_fail_note", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        stop = library.function("panamem_fail_stop", FunctionDescriptor.of(JAVA_LONG));
        refused = library.function("panamem_fail_refused", FunctionDescriptor.of(JAVA_LONG));
        budget = library.function("panamem_fail_budget", FunctionDescriptor.ofVoid(JAVA_LONG));
        request = library.function(
                "panamem_fail_request", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
        askedFor = library.function("panamem_fail_asked_for", FunctionDescriptor.of(ADDRESS));
        error = library.function("panamem_test_error", FunctionDescriptor.of(ADDRESS));
    }

    /** Blocks that are made from here on are watched. */
    public void leakBegin() {
        try {
            check((int) leakBegin.invokeExact());
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** The next call begins. */
    public void leakRound() {
        try {
            check((int) leakRound.invokeExact());
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Ends the test: the report, or "" when nothing leaks. */
    public String leakEnd() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment report = arena.allocate(REPORT_BYTES);
            check((long) leakEnd.invokeExact(report, report.byteSize()));
            return report.getString(0);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Refuses what the plan says, until {@link #stop}. */
    public void fail(String plan) {
        try (Arena arena = Arena.ofConfined()) {
            check((int) fail.invokeExact(arena.allocateFrom(plan)));
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Notes what the filter lets through, until {@link #stop}; "" is everything. */
    public void note(String filter) {
        try (Arena arena = Arena.ofConfined()) {
            check((int) note.invokeExact(arena.allocateFrom(filter)));
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Ends a plan or a note: how many requests it has counted. */
    public long stop() {
        try {
            return (long) stop.invokeExact();
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** How many requests the plan has refused. */
    public long refused() {
        try {
            return (long) refused.invokeExact();
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** This process ends with status {@link #HANGS} after so many further requests under a plan. */
    public void budget(long requests) {
        try {
            budget.invokeExact(requests);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** What was noted of a request, counted from 1. */
    public Noted noted(long number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment noted = arena.allocate(REQUEST_SIZE, Long.BYTES);
            MemorySegment site = arena.allocate(REPORT_BYTES);
            check((int) request.invokeExact(number, noted, site, site.byteSize()));
            return new Noted(
                    noted.get(ValueLayout.JAVA_LONG, REQUEST_BYTES_AT),
                    noted.get(ValueLayout.JAVA_INT, REQUEST_DOMAIN_AT),
                    noted.getString(REQUEST_PLAN_AT),
                    site.getString(0));
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** The plan of {@code PANAMEM_OPTIONS=fail=PLAN:test}, or null. */
    public @Nullable String askedFor() {
        try {
            long text = ((MemorySegment) askedFor.invokeExact()).address();
            return text == 0 ? null : Text.read(text);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    private void check(long answer) throws Throwable {
        if (answer < 0) {
            throw new IllegalStateException("panamem: " + Text.read(((MemorySegment) error.invokeExact()).address()));
        }
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof RuntimeException known) {
            return known;
        }
        throw new AssertionError(thrown);
    }
}
