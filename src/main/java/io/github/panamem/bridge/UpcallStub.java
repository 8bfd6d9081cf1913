package io.github.panamem.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The upcall to {@link Dispatch}. There is one for all entries: each further stub, and the method handle that the JVM adapts
 * for it, would take a part of the start.
 *
 * <p>It is made once and lives as long as the JVM: C may still be inside when the heap is closed. C calls it some times
 * before it serves, for the JVM adapts its method handle, and makes a class for it, after some calls.
 */
final class UpcallStub implements EntryPoints {
    static final UpcallStub ONE = new UpcallStub();

    private static final MemorySegment STUB = stub();

    private UpcallStub() {}

    @Override
    public long address(int entry) {
        return STUB.address();
    }

    @SuppressWarnings("restricted")
    private static MemorySegment stub() {
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .findStatic(
                            Dispatch.class,
                            "enter",
                            MethodType.methodType(long.class, long.class, long.class, long.class, long.class));
            return Linker.nativeLinker()
                    .upcallStub(
                            handle,
                            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                            java.lang.foreign.Arena.global());
        } catch (ReflectiveOperationException absent) {
            throw new LinkageError("no entry", absent);
        }
    }
}
