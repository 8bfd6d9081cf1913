package io.github.panamem.benchmarks;

import java.util.Locale;
import java.util.Set;

/**
 * An allocator in micro, scaling and program rows; malloc and core are empty where they say nothing.
 *
 * @param onRequest whether it runs only where the command line names it
 */
record Contender(String name, Set<String> kinds, Via via, String malloc, String core, boolean onRequest, Needs needs) {
    /** The way of a call into the allocator. */
    enum Via {
        TABLE,
        OBJECT,
        CPYTHON,
        DIRECT;

        boolean throughTable() {
            return this == TABLE || this == OBJECT;
        }
    }

    static Contender of(RowsFile.Line line) {
        Via via = Via.valueOf(line.text("via").toUpperCase(Locale.ROOT));
        return new Contender(
                line.text("name"),
                Set.copyOf(line.names("rows")),
                via,
                via.throughTable() ? line.text("malloc") : "",
                line.text("core", ""),
                line.yes("onrequest"),
                Needs.of(line));
    }

    /** Ranked against each other are only those that are called through the same indirection. */
    boolean ranked() {
        return via != Via.DIRECT;
    }

    /** The object domain is CPython's to call with the GIL held. */
    boolean oneThreadOnly() {
        return via == Via.CPYTHON || via == Via.OBJECT;
    }
}
