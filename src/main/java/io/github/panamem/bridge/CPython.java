package io.github.panamem.bridge;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A libpython in a Java process: opened for all that comes later, and given our rows. */
public final class CPython {
    private static final int RTLD_NOW = 2;
    private static final int RTLD_GLOBAL = 0x100;

    private CPython() {}

    /** Our rows in the table of this libpython; IllegalArgumentException when that is none. */
    public static void install(Library library, Path libpython) {
        MethodHandle install = library.function("panamem_install_cpython", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        MemorySegment handle = open(libpython);
        int refused;
        try {
            refused = (int) install.invokeExact(handle);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (refused != 0) {
            throw new IllegalArgumentException(
                    "panamem: " + libpython + " has no PyMem_SetAllocator; name the libpython that the program uses");
        }
    }

    /** The handle of dlopen; a library that is there already becomes visible to all. */
    private static MemorySegment open(Path libpython) {
        MethodHandle dlopen = Library.systemFunction("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        MethodHandle dlerror = Library.systemFunction("dlerror", FunctionDescriptor.of(ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(libpython.toString());
            MemorySegment handle = (MemorySegment) dlopen.invokeExact(path, RTLD_NOW | RTLD_GLOBAL);
            if (handle.address() == 0) {
                long reason = ((MemorySegment) dlerror.invokeExact()).address();
                throw new IllegalArgumentException("panamem: cannot load libpython: " + Text.read(reason));
            }
            return handle;
        } catch (RuntimeException | Error known) {
            throw known;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
