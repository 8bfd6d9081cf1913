package io.github.panamem.testing;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.heap.Magazine;
import io.github.panamem.heap.pymalloc.Pymalloc;
import io.github.panamem.memory.Memory;
import java.lang.invoke.MethodHandle;

/** Plays the C side of {@code pymalloc} for one thread: one block per crossing, arenas offered when Java asks for them. */
public final class TestPymalloc {
    private static final MethodHandle RESET = TestHeap.find("panamem_testing_pymalloc_reset", 2);
    private static final MethodHandle OFFER = TestHeap.find("panamem_testing_pymalloc_offer", 0);
    private static final MethodHandle TAKEN_BACK = TestHeap.find("panamem_testing_pymalloc_taken_back", 0);
    private static final MethodHandle GIVEN = TestHeap.find("panamem_testing_pymalloc_given", 0);
    private static final MethodHandle FALLBACK_FREE = TestHeap.find("panamem_testing_pymalloc_fallback_free", 1);
    private static final MethodHandle OPEN = TestHeap.find("panamem_testing_pymalloc_open", 1);

    /** As many arenas as one may want. */
    public static final long UNBOUNDED = -1;

    private final long thread;

    private TestPymalloc(long thread) {
        this.thread = thread;
    }

    /** A fresh state. The hook gives so many arenas, each so many bytes behind a multiple of its size. */
    public static TestPymalloc start(long offset, long arenas) {
        TestHeap.reset(TestHeap.RANGE_BYTES);
        call(RESET, offset, arenas);
        return anotherThread();
    }

    /** A further thread on the state there is. */
    public static TestPymalloc anotherThread() {
        long thread = TestHeap.thread();
        call(OPEN, thread);
        return new TestPymalloc(thread);
    }

    public static TestPymalloc start() {
        return start(0, UNBOUNDED);
    }

    public long thread() {
        return thread;
    }

    public static int bin(int sizeClass) {
        return PANAMEM_PY_BINS() + 1 + sizeClass;
    }

    /** A block, or 0 when there is no arena for it. */
    public long malloc(int sizeClass) {
        long magazine = Magazine.address(thread, bin(sizeClass));
        while (Pymalloc.refill(thread, bin(sizeClass), 1) == 0) {
            if (!offer()) {
                return 0;
            }
        }
        long top = Magazine.top(magazine);
        Magazine.setTop(magazine, top - Magazine.SLOT_BYTES);
        return Memory.getLong(top);
    }

    /** False when Java refuses it. Arenas that are released meanwhile go back to the hook. */
    public boolean free(int sizeClass, long block) {
        long magazine = Magazine.address(thread, bin(sizeClass));
        long bottom = Magazine.bottom(magazine);
        Memory.putLong(bottom, block);
        Magazine.setTop(magazine, bottom);
        boolean freed = Pymalloc.flush(thread, bin(sizeClass), 1) == 1;
        Magazine.setTop(magazine, bottom - Magazine.SLOT_BYTES);
        takenBack();
        return freed;
    }

    /** False when no arena is to be had. */
    public static boolean offer() {
        return call(OFFER) == 1;
    }

    /** Arenas that the hook gave. */
    public static long given() {
        return call(GIVEN);
    }

    /** Arenas that the hook got back, after those that were released have been. */
    public static long takenBack() {
        return call(TAKEN_BACK);
    }

    public static boolean fallbackFree(long block) {
        return call(FALLBACK_FREE, block) == 1;
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return (long) function.invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
