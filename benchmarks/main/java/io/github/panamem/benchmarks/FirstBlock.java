package io.github.panamem.benchmarks;

import io.github.panamem.Panamem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A Java program that takes one block of C's memory, from Panamem or from libc, and ends: what a JVM host's start costs. */
public final class FirstBlock {
    static final String LIBC = "libc";

    private FirstBlock() {}

    /** The argument is the path of libpanamem, or "libc". */
    public static void main(String[] arguments) throws Throwable {
        boolean libc = arguments[0].equals(LIBC);
        if (libc) {
            take(Linker.nativeLinker().defaultLookup(), "malloc");
        } else {
            Panamem panamem = Panamem.open();
            take(SymbolLookup.libraryLookup(Path.of(arguments[0]), Arena.global()), "PyMem_RawMalloc");
            panamem.close();
        }
    }

    private static void take(SymbolLookup library, String name) throws Throwable {
        MethodHandle malloc = Linker.nativeLinker()
                .downcallHandle(
                        library.findOrThrow(name), FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        MemorySegment block = (MemorySegment) malloc.invokeExact(64L);
        if (block.address() == 0) {
            throw new OutOfMemoryError(name + " of 64 bytes");
        }
    }
}
