package io.github.panamem.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The programs of mimalloc-bench, built as they are by their own CMake project; only the linker is told to lead their
 * malloc family into wrap.c, and so through Panamem's table. All contenders run the same executables.
 */
final class Programs {
    /** As c/wrap.c defines them. */
    static final List<String> WRAPPED = List.of(
            "malloc",
            "calloc",
            "realloc",
            "free",
            "memalign",
            "aligned_alloc",
            "posix_memalign",
            "strdup",
            "strndup",
            "_Znwm",
            "_Znam",
            "_ZnwmRKSt9nothrow_t",
            "_ZnamRKSt9nothrow_t",
            "_ZdlPv",
            "_ZdaPv",
            "_ZdlPvm",
            "_ZdaPvm",
            "_ZdlPvRKSt9nothrow_t",
            "_ZdaPvRKSt9nothrow_t");

    private final Place place;
    private final Path bench;
    private final Optional<Path> mimalloc;
    private final Path folder;
    private final Path log;

    /** mimalloc: its source tree, for test-stress; folder: where to build. */
    Programs(Place place, Path mimallocBench, Optional<Path> mimalloc, Path folder) {
        this.place = place;
        this.bench = mimallocBench.toAbsolutePath().normalize().resolve("bench");
        this.mimalloc = mimalloc.map(path -> path.toAbsolutePath().normalize());
        this.folder = folder;
        this.log = folder.resolve("build.log");
        if (!Files.exists(bench.resolve("CMakeLists.txt"))) {
            throw new IllegalArgumentException("--mimalloc-bench: no bench/CMakeLists.txt in " + mimallocBench);
        }
    }

    static boolean compilersPresent() {
        return Stream.of("cc", "c++", "cmake", "make").allMatch(Programs::onPath);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(one -> Files.isExecutable(Path.of(one, program)));
    }

    /** Those of the rows that can be built; what the others lack is added to missing. */
    List<ProgramRow> build(List<ProgramRow> rows, Set<String> missing) throws IOException, InterruptedException {
        if (!compilersPresent()) {
            throw new IllegalArgumentException("--mimalloc-bench needs a C++ compiler: apt-get install g++ make cmake");
        }
        Files.createDirectories(folder);
        Files.deleteIfExists(log);
        Path wrap = compileWrap();
        Set<String> targets = new LinkedHashSet<>();
        List<ProgramRow> built = new ArrayList<>();
        for (ProgramRow row : rows) {
            if (!row.target().isEmpty()) {
                targets.add(row.target());
                built.add(row);
            } else if (mimalloc.isPresent()) {
                compileSource(row, wrap);
                built.add(row);
            } else {
                missing.add(row.name() + ": --mimalloc DIR names mimalloc's source tree");
            }
        }
        buildTargets(targets, wrap);
        return built;
    }

    List<String> command(ProgramRow row) {
        List<String> command = new ArrayList<>(row.command());
        command.replaceAll(word -> word.replace("{bench}", bench.toString())
                .replace("{processors}", "" + Runtime.getRuntime().availableProcessors()));
        command.set(0, folder.resolve("build").resolve(command.getFirst()).toString());
        return command;
    }

    Optional<Path> input(ProgramRow row) {
        return row.input().isEmpty() ? Optional.empty() : Optional.of(bench.resolve(row.input()));
    }

    private Path compileWrap() throws IOException, InterruptedException {
        Path wrap = folder.resolve("wrap.o");
        run(List.of(
                "cc",
                "-std=gnu17",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-c",
                "-o",
                wrap.toString(),
                "-I" + place.includes(),
                place.wrap().toString()));
        return wrap;
    }

    private void compileSource(ProgramRow row, Path wrap) throws IOException, InterruptedException {
        Path executable = Files.createDirectories(folder.resolve("build"))
                .resolve(row.command().getFirst());
        List<String> command = new ArrayList<>(List.of("cc", "-O2", "-DNDEBUG", "-DUSE_STD_MALLOC", "-w", "-o"));
        command.add(executable.toString());
        command.add(mimalloc.orElseThrow().resolve(row.source()).toString());
        command.addAll(linkerOptions());
        command.addAll(libraries(wrap));
        command.addAll(List.of("-lpthread", "-lm"));
        run(command);
    }

    private void buildTargets(Set<String> targets, Path wrap) throws IOException, InterruptedException {
        if (targets.isEmpty()) {
            return;
        }
        String libraries = String.join(" ", libraries(wrap));
        Path build = folder.resolve("build");
        run(List.of(
                "cmake",
                "-S",
                overlay().toString(),
                "-B",
                build.toString(),
                "-DCMAKE_BUILD_TYPE=Release",
                "-DCMAKE_EXE_LINKER_FLAGS=" + String.join(" ", linkerOptions()),
                "-DCMAKE_C_STANDARD_LIBRARIES=" + libraries,
                "-DCMAKE_CXX_STANDARD_LIBRARIES=" + libraries));
        List<String> command = new ArrayList<>(List.of("cmake", "--build", build.toString(), "--target"));
        command.addAll(targets);
        run(command);
    }

    /** Their project by links, with empty files for sources that may not be passed on and so are not there. */
    private Path overlay() throws IOException {
        Path overlay = folder.resolve("source");
        Path shbench = Files.createDirectories(overlay.resolve("shbench"));
        for (String name : List.of("sh6bench-new.c", "sh8bench-new.c")) {
            if (!Files.exists(shbench.resolve(name))) {
                Files.createFile(shbench.resolve(name));
            }
        }
        try (Stream<Path> children = Files.list(bench)) {
            for (Path child : children.toList()) {
                Path link = overlay.resolve(child.getFileName());
                if (!link.equals(shbench)) {
                    Files.deleteIfExists(link);
                    Files.createSymbolicLink(link, child);
                }
            }
        }
        return overlay;
    }

    private static List<String> linkerOptions() {
        return WRAPPED.stream().map(name -> "-Wl,--wrap=" + name).toList();
    }

    private List<String> libraries(Path wrap) {
        return List.of(wrap.toString(), "-L" + place.libraryFolder(), "-lpanamem", "-ldl");
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(Map.of("LD_LIBRARY_PATH", place.libraryFolder().toString()));
        if (builder.start().waitFor() != 0) {
            throw new IllegalArgumentException(
                    "could not build the programs of mimalloc-bench (" + command.getFirst() + "); see " + log);
        }
    }
}
