import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.panamem.Panamem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A CPython (3.14 or later, for its PyInitConfig) in this process, whose memory is Panamem's: as much of it as an example
 * needs, by plain downcalls.
 *
 * <p>Code may be run from any platform thread; each call takes the GIL and gives it back. A virtual thread may change its
 * carrier between two downcalls, and Python's thread states belong to carriers.
 */
final class Python {
    /** What Python raised: the type's name and the message. */
    static final class PythonException extends Exception {
        PythonException(String message) {
            super(message);
        }
    }

    private static final int PYTHON_CONFIGS_BYTES = 256; /* more than a PyPreConfig of any version */
    private static final int FILE_INPUT = 257;
    private static final int EVAL_INPUT = 258;
    private static final MemoryLayout STATUS = MemoryLayout.structLayout(
            JAVA_INT.withName("type"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("function"),
            ADDRESS.withName("message"),
            JAVA_INT.withName("exitCode"),
            MemoryLayout.paddingLayout(4));

    private final SymbolLookup library;
    private final MethodHandle ensure;
    private final MethodHandle release;
    private final MethodHandle run;
    private MemorySegment savedThread = MemorySegment.NULL;

    private Python(Path libpython) {
        library = SymbolLookup.libraryLookup(libpython, Arena.global());
        ensure = function("PyGILState_Ensure", FunctionDescriptor.of(JAVA_INT));
        release = function("PyGILState_Release", FunctionDescriptor.ofVoid(JAVA_INT));
        run = function("PyRun_String", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS));
    }

    /**
     * Starts an init cycle. The calling thread is Python's main thread, which also has to finish it.
     *
     * @param home what PYTHONHOME would say: the folder that holds lib/python3.14
     */
    static Python start(Panamem panamem, Path libpython, Path home) throws Throwable {
        Python python = new Python(libpython);
        try (Arena arena = Arena.ofConfined()) {
            python.preInitialize(arena);
            panamem.installInto(libpython);
            python.initialize(arena, home);
        }
        /* From here on whoever wants the GIL takes it. */
        python.savedThread = (MemorySegment)
                python.function("PyEval_SaveThread", FunctionDescriptor.of(ADDRESS)).invokeExact();
        return python;
    }

    private void preInitialize(Arena arena) throws Throwable {
        MemorySegment config = arena.allocate(PYTHON_CONFIGS_BYTES, 16);
        function("PyPreConfig_InitIsolatedConfig", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(config);
        MethodHandle preInitialize = function("Py_PreInitialize", FunctionDescriptor.of(STATUS, ADDRESS));
        MemorySegment status = (MemorySegment) preInitialize.invokeExact((SegmentAllocator) arena, config);
        if (status.get(JAVA_INT, 0) != 0) {
            throw new IllegalStateException("Py_PreInitialize: "
                    + text(status.get(ADDRESS, STATUS.byteOffset(MemoryLayout.PathElement.groupElement("message")))));
        }
    }

    /** Isolated: no PYTHON… variable counts, and no signal handler is installed, since signals are the JVM's. */
    private void initialize(Arena arena, Path home) throws Throwable {
        MemorySegment config = (MemorySegment)
                function("PyInitConfig_Create", FunctionDescriptor.of(ADDRESS)).invokeExact();
        MethodHandle setInt =
                function("PyInitConfig_SetInt", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
        MethodHandle setText =
                function("PyInitConfig_SetStr", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
        MethodHandle initialize = function("Py_InitializeFromInitConfig", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        boolean failed = (int) setInt.invokeExact(config, arena.allocateFrom("install_signal_handlers"), 0L) < 0
                || (int) setText.invokeExact(config, arena.allocateFrom("home"), arena.allocateFrom(home.toString())) < 0
                || (int) initialize.invokeExact(config) < 0;
        String message = failed ? error(arena, config) : "";
        function("PyInitConfig_Free", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(config);
        if (failed) {
            throw new IllegalStateException("Py_InitializeFromInitConfig: " + message);
        }
    }

    private String error(Arena arena, MemorySegment config) throws Throwable {
        MemorySegment message = arena.allocate(ADDRESS);
        MethodHandle getError = function("PyInitConfig_GetError", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        return (int) getError.invokeExact(config, message) > 0 ? text(message.get(ADDRESS, 0)) : "no reason given";
    }

    /** Runs statements in Python's __main__. */
    void execute(String statements) throws Throwable {
        run(statements, FILE_INPUT);
    }

    /** The value of an expression in Python's __main__, as str() has it. */
    String evaluate(String expression) throws Throwable {
        return run(expression, EVAL_INPUT);
    }

    private String run(String code, int kind) throws Throwable {
        int state = (int) ensure.invokeExact();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment main = call("PyImport_AddModule", arena.allocateFrom("__main__"));
            MemorySegment names = call("PyModule_GetDict", main);
            MemorySegment value = (MemorySegment) run.invokeExact(arena.allocateFrom(code), kind, names, names);
            if (value.address() == 0) {
                throw raised();
            }
            return stringOf(value);
        } finally {
            release.invokeExact(state);
        }
    }

    /** Takes the exception out of Python. */
    private PythonException raised() throws Throwable {
        MethodHandle take = function("PyErr_GetRaisedException", FunctionDescriptor.of(ADDRESS));
        MemorySegment exception = (MemorySegment) take.invokeExact();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment type = call("PyObject_Type", exception);
            MethodHandle attribute = function("PyObject_GetAttrString", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
            String name = stringOf((MemorySegment) attribute.invokeExact(type, arena.allocateFrom("__name__")));
            decreaseReferences(type);
            String message = stringOf(exception);
            return new PythonException(message.isEmpty() ? name : name + ": " + message);
        }
    }

    /** str() of an object, whose reference goes with it. */
    private String stringOf(MemorySegment object) throws Throwable {
        MemorySegment string = call("PyObject_Str", object);
        String letters = text(call("PyUnicode_AsUTF8", string));
        decreaseReferences(string);
        decreaseReferences(object);
        return letters;
    }

    /**
     * Ends the init cycle; no thread may run Python then, except daemon threads. False when Python could not write out what
     * it had buffered.
     */
    boolean finish() throws Throwable {
        function("PyEval_RestoreThread", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(savedThread);
        return (int) function("Py_FinalizeEx", FunctionDescriptor.of(JAVA_INT)).invokeExact() == 0;
    }

    private MemorySegment call(String name, MemorySegment argument) throws Throwable {
        return (MemorySegment) function(name, FunctionDescriptor.of(ADDRESS, ADDRESS)).invokeExact(argument);
    }

    private void decreaseReferences(MemorySegment object) throws Throwable {
        function("Py_DecRef", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(object);
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    private static String text(MemorySegment letters) {
        return letters.address() == 0 ? "" : letters.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
