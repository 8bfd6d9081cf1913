package io.github.panamem.os;

import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.word.Pointer;

/** In a native image: plain calls of linked functions. */
final class ImageLibC implements LibC {
    private static final int RLIMIT_BYTES = 2 * Long.BYTES;

    @Override
    public int mprotect(long address, long bytes, int protection) {
        return Functions.mprotect(address, bytes, protection);
    }

    @Override
    public int madvise(long address, long bytes, int advice) {
        return Functions.madvise(address, bytes, advice);
    }

    @Override
    public long resourceLimit(int kind) {
        Pointer limit = StackValue.get(RLIMIT_BYTES);
        return Functions.getrlimit(kind, limit.rawValue()) == 0 ? limit.readLong(0) : -1;
    }

    @Override
    public int getpagesize() {
        return Functions.getpagesize();
    }

    private static final class Functions {
        @CFunction(transition = Transition.NO_TRANSITION)
        static native int mprotect(long address, long bytes, int protection);

        @CFunction(transition = Transition.NO_TRANSITION)
        static native int madvise(long address, long bytes, int advice);

        @CFunction(transition = Transition.NO_TRANSITION)
        static native int getrlimit(int kind, long limit);

        @CFunction(transition = Transition.NO_TRANSITION)
        static native int getpagesize();
    }
}
