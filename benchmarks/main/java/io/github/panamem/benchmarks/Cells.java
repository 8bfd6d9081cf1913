package io.github.panamem.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns rows and contenders into commands. */
final class Cells {
    /** The order of sets must not differ from run to run. */
    private static final Map<String, String> PYTHON_VARIABLES = Map.of("PYTHONHASHSEED", "0");

    private final Place place;
    private final Peers peers;
    private final Path cost;
    private final Path report;
    private final boolean shorter;

    /** What the commands leave besides their output goes to scratch. */
    Cells(Place place, Peers peers, Path scratch, boolean shorter) {
        this.place = place;
        this.peers = peers;
        this.cost = scratch.resolve("cost.json");
        this.report = scratch.resolve("report.txt");
        this.shorter = shorter;
    }

    // ---- Micro and scaling rows
    // ----------------------------------------------------------------------------------------

    Cell micro(MicroRow row, Contender contender) {
        List<String> command = new ArrayList<>();
        boolean table = contender.via().throughTable();
        command.add((table ? place.tableProgram() : place.plainProgram()).toString());
        command.add("--allocator");
        command.add(allocator(contender));
        if (contender.via() == Contender.Via.CPYTHON) {
            command.addAll(List.of("--libpython", Place.libpython(cpython()).toString()));
        }
        long operations = shorter ? row.shortOperations() : row.operations();
        command.addAll(List.of("--row", row.name(), "--contender", contender.name(), "--pattern", row.pattern()));
        command.addAll(List.of("--min-bytes", "" + row.minBytes(), "--max-bytes", "" + row.maxBytes()));
        command.addAll(List.of("--live", "" + row.liveCount(), "--threads", "" + row.threadCount()));
        command.addAll(List.of("--seed", "" + row.seed()));
        command.addAll(List.of("--operations", "" + operations, "--warmup", "" + row.warmupOperations()));
        return new Cell(
                row.name(),
                contender.name(),
                command,
                microVariables(row, contender),
                Optional.empty(),
                Cell.Output.STDOUT,
                table ? new Cell.Served(contender.malloc(), contender.core()) : Cell.Served.ANYBODY);
    }

    private static String allocator(Contender contender) {
        return switch (contender.via()) {
            case TABLE -> "table";
            case OBJECT -> "table-object";
            case CPYTHON -> "cpython";
            case DIRECT -> "direct";
        };
    }

    private Map<String, String> microVariables(MicroRow row, Contender contender) {
        Map<String, String> variables = new HashMap<>(Peers.LOADER_VARIABLES);
        if (contender.via().throughTable()) {
            variables.put("LD_LIBRARY_PATH", place.libraryFolder().toString());
            variables.put("PANAMEM_MALLOC", contender.malloc());
            variables.put("PANAMEM_OPTIONS", options(coreOption(contender), row.options()));
        }
        if (contender.via() == Contender.Via.CPYTHON) {
            variables.put("PYTHONHOME", cpython().toString());
        }
        // The table loads a library that it knows by itself.
        boolean preloads =
                !contender.via().throughTable() || !contender.needs().given().isEmpty();
        String library = preloads ? peers.preloaded(contender.needs()) : "";
        if (!library.isEmpty()) {
            variables.put("LD_PRELOAD", library);
        }
        return variables;
    }

    // ---- Start-up and workloads
    // ----------------------------------------------------------------------------------------

    Cell startup(StartupRow row, Interpreter interpreter) {
        boolean ours = interpreter.preload();
        List<String> settings = new ArrayList<>();
        Map<String, String> variables = new HashMap<>();
        List<String> program = switch (row.program()) {
            case PYTHON -> {
                settings.addAll(preloads(interpreter));
                yield List.of(row.python().orElseThrow().executable(place).toString(), "-c", "pass");
            }
            case HELLO -> List.of((ours ? place.hello() : place.helloPlain()).toString());
            case JAVA -> firstBlock(ours);
        };
        if (ours) {
            settings.addAll(settings(interpreter, interpreter.options()));
            variables.put("LD_LIBRARY_PATH", place.libraryFolder().toString());
        }
        return new Cell(
                row.name(),
                interpreter.name(),
                measured(settings, program),
                variables,
                Optional.empty(),
                Cell.Output.cost(cost),
                Cell.Served.ANYBODY);
    }

    private List<String> firstBlock(boolean ours) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = place.panamemJar() + ":" + place.benchJar();
        return List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes,
                FirstBlock.class.getName(),
                ours ? place.library().toString() : FirstBlock.LIBC);
    }

    Cell workload(WorkloadRow row, Interpreter interpreter) {
        long scale = shorter ? row.shortScale() : row.scale();
        List<String> program = List.of(
                row.python().executable(place).toString(),
                place.script(row.script()).toString(),
                "" + scale);
        List<String> settings = new ArrayList<>(preloads(interpreter));
        if (interpreter.preload()) {
            settings.addAll(settings(interpreter, options(interpreter.options(), "report=exit:" + report)));
        }
        return new Cell(
                row.name(),
                interpreter.name(),
                measured(settings, program),
                PYTHON_VARIABLES,
                Optional.empty(),
                new Cell.Output(
                        Optional.of(cost),
                        interpreter.preload() ? Optional.of(report) : Optional.empty(),
                        Optional.empty()),
                new Cell.Served(interpreter.malloc(), ""));
    }

    private List<String> preloads(Interpreter interpreter) {
        String library = interpreter.preload() ? place.preload().toString() : peers.preloaded(interpreter.needs());
        List<String> settings = new ArrayList<>();
        if (!library.isEmpty()) {
            settings.add("LD_PRELOAD=" + library);
        }
        if (!interpreter.pythonMalloc().isEmpty()) {
            settings.add("PYTHONMALLOC=" + interpreter.pythonMalloc());
        }
        return settings;
    }

    private static List<String> settings(Interpreter interpreter, String options) {
        return List.of("PANAMEM_MALLOC=" + interpreter.malloc(), "PANAMEM_OPTIONS=" + options);
    }

    // ---- Programs
    // --------------------------------------------------------------------------------------------------------

    Cell program(ProgramRow row, Contender contender, Programs built) {
        List<String> settings = new ArrayList<>();
        if (!contender.needs().given().isEmpty()) {
            settings.add("LD_PRELOAD=" + peers.preloaded(contender.needs()));
        }
        settings.add("PANAMEM_MALLOC=" + contender.malloc());
        settings.add("PANAMEM_OPTIONS=" + options(coreOption(contender), "report=exit:" + report));
        Map<String, String> variables = new HashMap<>(Peers.LOADER_VARIABLES);
        variables.put("LD_LIBRARY_PATH", place.libraryFolder().toString());
        return new Cell(
                row.name(),
                contender.name(),
                measured(settings, built.command(row)),
                variables,
                built.input(row),
                new Cell.Output(Optional.of(cost), Optional.of(report), row.rate()),
                new Cell.Served(contender.malloc(), ""));
    }

    // ---- What they share
    // ---------------------------------------------------------------------------------------------------

    /** The stopwatch before it; the settings reach the program only. */
    private List<String> measured(List<String> settings, List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(place.measure().toString());
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        command.add(cost.toString());
        command.addAll(program);
        return command;
    }

    private static String coreOption(Contender contender) {
        return contender.core().isEmpty() ? "" : "core=" + contender.core();
    }

    private static String options(String... parts) {
        return Stream.of(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining(","));
    }

    private Path cpython() {
        return place.cpython().orElseThrow();
    }
}
