package io.github.panamem.cpython;

import java.util.ArrayList;
import java.util.List;

/**
 * Which test files of a Python are compared.
 *
 * @param files those that it has
 * @param lacking those that were asked for, and that it does not have
 */
record Selection(List<String> files, List<String> lacking) {
    /** What every build compares: memory, its collector, tracing, threads, forks and children. The longest come first. */
    static final List<String> CORE = List.of(
            "test_subprocess",
            "test_threading",
            "test_tracemalloc",
            "test_dict",
            "test_weakref",
            "test_gc",
            "test_list",
            "test_capi.test_mem",
            "test_fork1");

    /** The word for all that a Python has. */
    static final String ALL = "all";

    /** The core files when nobody asked for others. */
    static Selection of(Interpreter python, List<String> asked) {
        if (asked.contains(ALL)) {
            return new Selection(python.allFiles(), List.of());
        }
        List<String> files = new ArrayList<>(asked.isEmpty() ? CORE : asked);
        List<String> lacking = python.lacking(files);
        files.removeAll(lacking);
        return new Selection(files, lacking);
    }
}
