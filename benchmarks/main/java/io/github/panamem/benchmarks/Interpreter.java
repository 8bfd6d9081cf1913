package io.github.panamem.benchmarks;

import java.util.Set;

/**
 * A way to run start-up rows and workloads.
 *
 * @param preload whether ours is preloaded, with malloc and options; both are empty otherwise
 * @param pythonMalloc CPython's own choice of an allocator, or empty
 * @param onRequest whether it runs only where the command line names it
 */
record Interpreter(
        String name,
        Set<String> kinds,
        boolean preload,
        String malloc,
        String options,
        String pythonMalloc,
        boolean quick,
        boolean onRequest,
        Needs needs) {

    static Interpreter of(RowsFile.Line line) {
        return new Interpreter(
                line.text("name"),
                Set.copyOf(line.names("rows")),
                line.yes("preload"),
                line.text("malloc", ""),
                line.text("options", ""),
                line.text("pythonmalloc", ""),
                line.yes("quick"),
                line.yes("onrequest"),
                Needs.of(line));
    }
}
