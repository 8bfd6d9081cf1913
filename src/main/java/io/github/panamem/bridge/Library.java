package io.github.panamem.bridge;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The C functions for Java hosts, in the one copy of libpanamem that this process has.
 *
 * <p>It is loaded by path and never unloaded. C code that links libpanamem gets the same copy, by its SONAME, when it is
 * loaded afterwards; a program that was linked with it must name that very file.
 */
public final class Library {
    /** Where libpanamem.so is: a system property, and an environment variable below it. */
    public static final String PROPERTY = "panamem.library";

    static final String VARIABLE = "PANAMEM_LIBRARY";

    /** Instead of a domain: the whole heap. */
    public static final int ALL_DOMAINS = -1;

    private static final int ERROR_BYTES = 512;
    private static final String FILE = "libpanamem.so";

    private static @Nullable Library loaded;

    private final SymbolLookup symbols;
    private final MethodHandle hostOpen;
    private final MethodHandle hostReady;
    private final MethodHandle hostClose;
    private final MethodHandle limit;
    private final MethodHandle purge;
    private final MethodHandle active;

    private Library(SymbolLookup symbols) {
        this.symbols = symbols;
        hostOpen =
                function("panamem_host_open", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
        hostReady = function("panamem_host_ready", FunctionDescriptor.of(JAVA_LONG));
        hostClose = function("panamem_host_close", FunctionDescriptor.of(JAVA_LONG));
        limit = function("panamem_limit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
        purge = function("panamem_purge", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        active = function("panamem_active", FunctionDescriptor.of(ADDRESS));
    }

    /** Loads it where {@link #path} finds it; the same answer ever after. */
    public static synchronized Library load() {
        Library library = loaded;
        if (library == null) {
            library = new Library(open(path()));
            loaded = library;
        }
        return library;
    }

    /** The library's file, as it was named or found; an IllegalStateException tells what to do when there is none. */
    static Path path() {
        String named = System.getProperty(PROPERTY);
        if (named == null) {
            named = System.getenv(VARIABLE);
        }
        List<Path> places = named == null ? besideJar() : List.of(Path.of(named));
        for (Path place : places) {
            if (Files.isRegularFile(place)) {
                return place.toAbsolutePath();
            }
        }
        throw new IllegalStateException("panamem: there is no " + FILE
                + places.stream()
                        .map(Path::toString)
                        .reduce("", (line, place) -> line + (line.isEmpty() ? " at " : ", ") + place)
                + "; name it with -D" + PROPERTY + "=PATH or " + VARIABLE + "=PATH");
    }

    /** lib/libpanamem.so for lib/panamem/panamem.jar. */
    private static List<Path> besideJar() {
        List<Path> places = new ArrayList<>();
        var source = Library.class.getProtectionDomain().getCodeSource();
        if (source != null) {
            try {
                Path folder = new File(source.getLocation().toURI()).toPath().getParent();
                Path above = folder == null ? null : folder.getParent();
                if (above != null) {
                    places.add(above.resolve(FILE));
                }
            } catch (URISyntaxException | IllegalArgumentException elsewhere) {
                return places;
            }
        }
        return places;
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup open(Path path) {
        try {
            return SymbolLookup.libraryLookup(path, Arena.global());
        } catch (IllegalArgumentException refused) {
            throw new IllegalStateException("panamem: cannot load " + path + ": " + refused.getMessage(), refused);
        }
    }

    final MethodHandle function(String name, FunctionDescriptor function) {
        return handle(
                symbols.find(name)
                        .orElseThrow(() -> new IllegalStateException(
                                "panamem: the library has no " + name + "; install it and panamem.jar from one build")),
                function);
    }

    /** A function of libc. */
    static MethodHandle systemFunction(String name, FunctionDescriptor function) {
        return handle(Linker.nativeLinker().defaultLookup().findOrThrow(name), function);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(MemorySegment symbol, FunctionDescriptor function) {
        return Linker.nativeLinker().downcallHandle(symbol, function);
    }

    /** Opens the heap; null stands for what the environment says. Answers its address; C's own line when it refuses. */
    public long hostOpen(@Nullable String malloc, @Nullable String options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(ERROR_BYTES);
            long heap = (long) hostOpen.invokeExact(text(arena, malloc), text(arena, options), error, error.byteSize());
            if (heap == 0) {
                throw new IllegalArgumentException("panamem: " + error.getString(0));
            }
            return heap;
        } catch (RuntimeException | Error known) {
            throw known;
        } catch (Throwable unknown) {
            throw new AssertionError(unknown);
        }
    }

    private static MemorySegment text(Arena arena, @Nullable String string) {
        return string == null ? MemorySegment.NULL : arena.allocateFrom(string);
    }

    /** The entries serve from now on; false when there is no heap or no JVM that C could attach threads to. */
    public boolean hostReady() {
        try {
            return (long) hostReady.invokeExact() != 0;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The fallback serves from now on. */
    public void hostClose() {
        try {
            long ignored = (long) hostClose.invokeExact();
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Sets a limit in bytes: of a domain, or of {@link #ALL_DOMAINS}; 0 is none. */
    public void limit(int domain, long bytes) {
        int refused;
        try {
            refused = (int) limit.invokeExact(domain, bytes);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (refused != 0) {
            throw new IllegalArgumentException("panamem: there is no domain " + domain);
        }
    }

    /** Keeps so many free bytes and returns the others to the OS; answers how many. */
    public long purge(long keepBytes) {
        try {
            return (long) purge.invokeExact(keepBytes);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The name of PANAMEM_MALLOC that is in force. */
    public String active() {
        try {
            return Text.read(((MemorySegment) active.invokeExact()).address());
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
