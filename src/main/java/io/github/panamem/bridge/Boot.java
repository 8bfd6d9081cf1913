package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.PANAMEM_ENTRY_PING;

import io.github.panamem.heap.Heap;
import org.jspecify.annotations.Nullable;

/** Where C's boot thread enters a JVM that it started or found: after {@link #start}, Java serves. */
public final class Boot {
    public static final int ERROR_BYTES = 512;

    private static volatile long heapOfC;

    private Boot() {}

    /** Does Java serve this heap because C asked for it? */
    static boolean startedByC(long heap) {
        return heapOfC == heap;
    }

    /**
     * Attaches the core to the heap and fills its entries: with this C function, which leads to {@link Dispatch}, or when it
     * is 0 with an upcall. Answers 1; or 0 and one line in errorText, which has room for {@code ERROR_BYTES}. userClassName
     * is C text, the class of {@code java:<class>}, or 0.
     */
    public static long start(long heap, long entry, long userClassName, long errorText) {
        try {
            EntryPoints points = entry == 0 ? UpcallStub.ONE : new OneEntry(entry);
            String refusal = serve(heap, points, userClassName == 0 ? null : Text.read(userClassName));
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

    /** The upcall that C may put into the entries' place; or 0 when none can be made. */
    static long upcall() {
        try {
            return UpcallStub.ONE.address(PANAMEM_ENTRY_PING());
        } catch (Throwable fault) {
            return 0;
        }
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
    static @Nullable String serve(long heap, EntryPoints points, @Nullable String userClassName) {
        String refusal = attach(heap);
        if (refusal == null && userClassName != null) {
            refusal = UserAllocator.install(userClassName);
        }
        if (refusal == null) {
            EntryTable.fill(heap, points);
            Rehearsal.play(heap);
        }
        return refusal;
    }
}
