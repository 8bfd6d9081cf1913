package io.github.panamem.bridge;

import io.github.panamem.heap.Heap;
import org.jspecify.annotations.Nullable;

/** Where C's boot thread enters a JVM that it started or found: after it, Java serves. */
public final class Boot {
    public static final int ERROR_BYTES = 512;

    private static volatile long heapOfC;

    private Boot() {}

    /** Does Java serve this heap because C asked for it? */
    static boolean startedByC(long heap) {
        return heapOfC == heap;
    }

    /**
     * Attaches the core to the heap and fills its entries. Answers 1; or 0 and one line in errorText, which has room for
     * {@code ERROR_BYTES}. userClassName is C text, the class of {@code java:<class>}, or 0.
     */
    public static long start(long heap, long userClassName, long errorText) {
        try {
            String refusal = serve(heap, userClassName == 0 ? null : Text.read(userClassName));
            if (refusal == null) {
                heapOfC = heap;
                return 1;
            }
            Text.write(errorText, ERROR_BYTES, refusal);
        } catch (Throwable fault) {
            Text.write(errorText, ERROR_BYTES, fault.toString());
        }
        return 0;
    }

    /** Null when the core and the heap fit and the core serves it, else one line that says why not. */
    public static @Nullable String attach(long heap) {
        String refusal = EntryTable.refusal(heap);
        if (refusal == null && !Heap.attach(heap)) {
            refusal = "the heap has no range that Java can serve";
        }
        return refusal;
    }

    /** Null when Java can serve this heap from now on, else one line that says why not. */
    static @Nullable String serve(long heap, @Nullable String userClassName) {
        String refusal = attach(heap);
        if (refusal == null && userClassName != null) {
            refusal = UserAllocator.install(userClassName);
        }
        if (refusal == null) {
            EntryTable.fill(heap, UpcallStub.ONE);
            Rehearsal.play(heap);
        }
        return refusal;
    }
}
