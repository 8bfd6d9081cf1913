package io.github.panamem.os;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A call of a C function of up to four integers, by its address, that makes no garbage. There is one shape, for each one
 * that the linker works out takes a part of the start: Linux passes an int as it passes a long, and a function does not see
 * what it does not take.
 */
public final class NativeCall {
    private static final MethodHandle CALL = handle();

    private NativeCall() {}

    /** The function's answer, of an int in the lower half; -1, as for a refusal, when it could not be called. */
    public static long of(MemorySegment function, long a, long b, long c, long d) {
        try {
            return (long) CALL.invokeExact(function, a, b, c, d);
        } catch (Throwable impossible) {
            return -1;
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        return Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }
}
