import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.panamem.Options;
import io.github.panamem.Panamem;
import io.github.panamem.Remains;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Panamem is closed at the worst moments: while Python runs, between init cycles, and with blocks that nobody freed. */
public final class ClosesWhilePythonRuns {
    private static final String ALLOCATE = "kept = [[str(i)] * 3 for i in range(50000)] + [bytearray(100000)]";

    private static Path libpython;
    private static Path home;

    private ClosesWhilePythonRuns() {}

    /** Arguments: libpython's file, Python's home. */
    public static void main(String[] arguments) throws Throwable {
        libpython = Path.of(arguments[0]);
        home = Path.of(arguments[1]);
        closeWhilePythonRuns();
        for (String malloc : new String[] {"arena", "upcall", "arena_debug", "upcall_debug", "arena"}) {
            oneCycle(malloc);
        }
        freeLate();
    }

    private static void require(boolean what, String words) {
        if (!what) {
            throw new AssertionError(words);
        }
    }

    private static Options options(String malloc) {
        return Options.builder().malloc(malloc).limit(256L << 20).build();
    }

    private static void closeWhilePythonRuns() throws Throwable {
        Panamem panamem = Panamem.open(options("arena"));
        Python python = Python.start(panamem, libpython, home);
        python.execute(ALLOCATE);
        Remains remains = panamem.close();
        require(remains.liveBlocks() > 100_000, "Python's blocks are reported: " + remains);
        require(remains.liveBytes() > 100_000 && remains.committedBytes() >= remains.liveBytes(), remains.toString());
        System.out.println("closed while Python runs");
        python.execute("del kept[::2]; kept += [str(i) * 5 for i in range(50000)]");
        System.out.println("it goes on: " + python.evaluate("len(kept)"));
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                python.execute("import threading\n"
                        + "t = threading.Thread(target=lambda: kept.append([0] * 100000)); t.start(); t.join()");
            } catch (Throwable failure) {
                failure.printStackTrace(System.out);
            }
        });
        thread.join();
        System.out.println("and its threads: " + python.evaluate("len(kept)"));
        limitHoldsWithoutJava(python);
        Panamem again = Panamem.open(options("arena"));
        python.execute("del kept; import gc; gc.collect(); " + ALLOCATE);
        System.out.println("open again: " + again.check().orElse("sound"));
        again.close();
        System.out.println("finished: " + python.finish());
        System.out.println(
                "left alive: " + Panamem.open(options("arena")).close().liveBlocks());
    }

    private static void limitHoldsWithoutJava(Python python) throws Throwable {
        try {
            System.out.println(python.evaluate("len(bytearray(1 << 30))"));
        } catch (Python.PythonException raised) {
            System.out.println("the limit holds: " + raised.getMessage());
        }
    }

    private static void oneCycle(String malloc) throws Throwable {
        Panamem panamem = Panamem.open(options(malloc));
        Python python = Python.start(panamem, libpython, home);
        python.execute(ALLOCATE);
        long live = panamem.statistics().domains().getLast().liveBytes();
        require(live > 1_000_000, malloc + " serves Python: " + live + " bytes");
        require(panamem.check().isEmpty(), malloc + ": " + panamem.check());
        require(python.finish(), "Py_FinalizeEx");
        System.out.println(malloc + " leaves " + panamem.close().liveBlocks());
    }

    /** A block of the raw domain that lives longer than Python and Panamem. */
    private static void freeLate() throws Throwable {
        SymbolLookup library = SymbolLookup.libraryLookup(libpython, Arena.global());
        Linker linker = Linker.nativeLinker();
        MethodHandle malloc = linker.downcallHandle(
                library.findOrThrow("PyMem_RawMalloc"), FunctionDescriptor.of(ADDRESS, JAVA_LONG));
        MethodHandle free =
                linker.downcallHandle(library.findOrThrow("PyMem_RawFree"), FunctionDescriptor.ofVoid(ADDRESS));
        Panamem panamem = Panamem.open(options("arena"));
        Python python = Python.start(panamem, libpython, home);
        MemorySegment small = (MemorySegment) malloc.invokeExact(100L);
        MemorySegment large = (MemorySegment) malloc.invokeExact(1L << 20);
        require(python.finish(), "Py_FinalizeEx");
        Remains remains = panamem.close();
        System.out.println("two blocks are alive: " + remains.liveBlocks());
        free.invokeExact(small);
        free.invokeExact(large);
        small = (MemorySegment) malloc.invokeExact(100L);
        free.invokeExact(small);
        System.out.println(
                "freed late: " + Panamem.open(options("arena")).close().liveBlocks());
    }
}
