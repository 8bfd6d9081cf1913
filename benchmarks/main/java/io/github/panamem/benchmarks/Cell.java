package io.github.panamem.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One contender in one row: the command to run, again in each round.
 *
 * @param cost where the command leaves its JSON line; empty: on stdout
 * @param active the allocator that must say it served; empty: whoever it was
 */
record Cell(
        String row,
        String contender,
        List<String> command,
        Map<String, String> variables,
        Optional<Path> cost,
        Optional<String> active) {}
