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
 * On a JVM, the entries are upcall stubs.
 *
 * <p>All have one signature, so that the linker works out one calling sequence. They are made once and live as long as
 * the JVM: C may still be inside one when the heap is closed.
 */
final class UpcallStubs implements EntryPoints {
    static final UpcallStubs ALL = new UpcallStubs();

    /** A few more than java.lang.invoke.MethodHandle.CUSTOMIZE_THRESHOLD. */
    static final int SETTLING_CALLS = 150;

    private static final FunctionDescriptor DESCRIPTOR =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodType TYPE = MethodType.methodType(long.class, long.class, long.class, long.class);

    /** The methods of {@link Entries} in abi.h's order. */
    private static final String[] METHODS = {
        "ping",
        "refill",
        "flush",
        "allocate",
        "reallocate",
        "free",
        "purge",
        "check",
        "garbage",
        "poolRefill",
        "poolFlush",
        "userMalloc",
        "userCalloc",
        "userRealloc",
        "userFree",
        "userUsable"
    };

    private static final long[] stubs = new long[PANAMEM_ENTRIES()];

    private UpcallStubs() {}

    @Override
    public long address(int entry) {
        if (stubs[entry] == 0) {
            stubs[entry] = stub(METHODS[entry]);
        }
        return stubs[entry];
    }

    /**
     * Calls the stubs as often as it takes until the JVM has adapted their method handles, which spins a class for each;
     * with a request that each of them refuses: all ones. Not those that have no such request and are rare.
     */
    static void settle() {
        MethodHandle call = call();
        for (int entry = 0; entry < stubs.length; entry++) {
            boolean rare = entry == PANAMEM_ENTRY_PURGE()
                    || entry == PANAMEM_ENTRY_CHECK()
                    || entry == PANAMEM_ENTRY_GARBAGE();
            if (stubs[entry] != 0 && !rare) {
                settle(call, MemorySegment.ofAddress(stubs[entry]));
            }
        }
    }

    private static void settle(MethodHandle call, MemorySegment stub) {
        try {
            for (int i = 0; i < SETTLING_CALLS; i++) {
                long ignored = (long) call.invokeExact(stub, -1L, -1L, -1L);
            }
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call() {
        return Linker.nativeLinker().downcallHandle(DESCRIPTOR);
    }

    @SuppressWarnings("restricted")
    private static long stub(String method) {
        try {
            MethodHandle handle = MethodHandles.lookup().findStatic(Entries.class, method, TYPE);
            return Linker.nativeLinker()
                    .upcallStub(handle, DESCRIPTOR, java.lang.foreign.Arena.global())
                    .address();
        } catch (ReflectiveOperationException absent) {
            throw new LinkageError("no entry " + method, absent);
        }
    }
}
