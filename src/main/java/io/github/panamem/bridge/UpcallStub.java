package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * On a JVM, the entries are one upcall stub, which is told the entry's number: each further stub, and the method handle
 * that the JVM adapts for it, would take a part of the start.
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

    /** {@link Entries} by number, those first that are called most. */
    static long enter(long a, long b, long c, long entry) {
        if (entry == PANAMEM_ENTRY_REFILL()) {
            return Entries.refill(a, b, c);
        } else if (entry == PANAMEM_ENTRY_FLUSH()) {
            return Entries.flush(a, b, c);
        } else if (entry == PANAMEM_ENTRY_ALLOCATE()) {
            return Entries.allocate(a, b, c);
        } else if (entry == PANAMEM_ENTRY_FREE()) {
            return Entries.free(a, b, c);
        } else if (entry == PANAMEM_ENTRY_REALLOCATE()) {
            return Entries.reallocate(a, b, c);
        } else if (entry == PANAMEM_ENTRY_POOL_REFILL()) {
            return Entries.poolRefill(a, b, c);
        } else if (entry == PANAMEM_ENTRY_POOL_FLUSH()) {
            return Entries.poolFlush(a, b, c);
        } else if (entry >= PANAMEM_ENTRY_USER_MALLOC()) {
            return enterUsers(a, b, c, entry);
        } else {
            return enterRarely(a, b, c, entry);
        }
    }

    private static long enterUsers(long a, long b, long c, long entry) {
        if (entry == PANAMEM_ENTRY_USER_MALLOC()) {
            return Entries.userMalloc(a, b, c);
        } else if (entry == PANAMEM_ENTRY_USER_FREE()) {
            return Entries.userFree(a, b, c);
        } else if (entry == PANAMEM_ENTRY_USER_CALLOC()) {
            return Entries.userCalloc(a, b, c);
        } else if (entry == PANAMEM_ENTRY_USER_REALLOC()) {
            return Entries.userRealloc(a, b, c);
        } else {
            return Entries.userUsable(a, b, c);
        }
    }

    private static long enterRarely(long a, long b, long c, long entry) {
        if (entry == PANAMEM_ENTRY_PING()) {
            return Entries.ping(a, b, c);
        } else if (entry == PANAMEM_ENTRY_PURGE()) {
            return Entries.purge(a, b, c);
        } else if (entry == PANAMEM_ENTRY_CHECK()) {
            return Entries.check(a, b, c);
        } else {
            return Entries.garbage(a, b, c);
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment stub() {
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .findStatic(
                            UpcallStub.class,
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
