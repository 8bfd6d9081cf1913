package io.github.panamem.benchmarks;

import java.util.Set;

/**
 * A way to run start-up rows and workloads.
 *
 * @param preload whether ours is preloaded, with malloc and options; both are empty otherwise
 * @param pythonMalloc CPython's own choice of an allocator, or empty
 */
record Interpreter(
        String name,
        Set<String> kinds,
        boolean preload,
        String malloc,
        String options,
        String pythonMalloc,
        boolean quick,
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
                Needs.of(line));
    }
}
