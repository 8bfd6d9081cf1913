package io.github.panamem.benchmarks;

import io.github.panamem.benchmarks.Plan.Contender;
import io.github.panamem.benchmarks.Plan.Interpreter;
import io.github.panamem.benchmarks.Plan.MicroRow;
import io.github.panamem.benchmarks.Plan.PythonRow;
import io.github.panamem.benchmarks.Plan.Via;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns rows and contenders into commands. */
final class Cells {
    private final Place place;
    private final Path scratch;
    private final boolean quick;

    Cells(Place place, Path scratch, boolean quick) {
        this.place = place;
        this.scratch = scratch;
        this.quick = quick;
    }

    Cell micro(MicroRow row, Contender contender) {
        List<String> command = new ArrayList<>();
        command.add((contender.via() == Via.TABLE ? place.tableProgram() : place.plainProgram()).toString());
        Map<String, String> variables = new HashMap<>(Peers.LOADER_VARIABLES);
        switch (contender.via()) {
            case TABLE -> {
                command.addAll(List.of("--allocator", "table"));
                variables.put("PANAMEM_MALLOC", contender.malloc());
                variables.put("LD_LIBRARY_PATH", place.libraryFolder().toString());
            }
            case CPYTHON -> {
                Path home = place.cpython().orElseThrow();
                command.addAll(List.of(
                        "--allocator",
                        "cpython",
                        "--libpython",
                        Place.libpython(home).toString()));
                variables.put("PYTHONHOME", home.toString());
            }
            case DIRECT -> {
                command.addAll(List.of("--allocator", "direct"));
                if (!contender.library().isEmpty()) {
                    variables.put("LD_PRELOAD", contender.library());
                }
            }
        }
        long operations = quick ? row.quickOperations() : row.operations();
        command.addAll(List.of("--row", row.name(), "--contender", contender.name(), "--pattern", row.pattern()));
        command.addAll(List.of("--min-bytes", "" + row.minBytes(), "--max-bytes", "" + row.maxBytes()));
        command.addAll(List.of("--live", "" + row.liveCount(), "--threads", "" + row.threadCount()));
        command.addAll(List.of("--seed", "" + row.seed()));
        command.addAll(List.of("--operations", "" + operations, "--warmup", "" + row.warmupOperations()));
        Optional<String> active = contender.via() == Via.TABLE ? Optional.of(contender.malloc()) : Optional.empty();
        return new Cell(row.name(), contender.name(), command, variables, Optional.empty(), active);
    }

    Cell startup(PythonRow row, Interpreter interpreter) {
        return python(row, interpreter, List.of("-c", "pass"));
    }

    Cell workload(PythonRow row, Interpreter interpreter) {
        long scale = quick ? row.quickScale() : row.scale();
        return python(row, interpreter, List.of(place.script(row.script()).toString(), "" + scale));
    }

    private Cell python(PythonRow row, Interpreter interpreter, List<String> arguments) {
        Path cost = scratch.resolve("cost.json");
        List<String> command = new ArrayList<>();
        command.add(place.measure().toString());
        if (interpreter.preload()) {
            command.addAll(List.of("--set", "LD_PRELOAD=" + place.preload()));
            command.addAll(List.of("--set", "PANAMEM_MALLOC=" + interpreter.malloc()));
            if (!interpreter.options().isEmpty()) {
                command.addAll(List.of("--set", "PANAMEM_OPTIONS=" + interpreter.options()));
            }
        }
        command.add(cost.toString());
        command.add(Place.python(place.cpython().orElseThrow()).toString());
        command.addAll(arguments);
        return new Cell(row.name(), interpreter.name(), command, Map.of(), Optional.of(cost), Optional.empty());
    }
}
