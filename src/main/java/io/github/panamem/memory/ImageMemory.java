package io.github.panamem.memory;

import java.lang.invoke.VarHandle;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.word.LocationIdentity;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordFactory;

/**
 * What {@link Memory} does in a native image, where the form that is fast on a JVM is slow. Opaque loads, which are rare,
 * have no form here.
 */
final class ImageMemory {
    private static final LocationIdentity ANY = LocationIdentity.any();

    private ImageMemory() {}

    static byte getByte(long address) {
        return at(address).readByte(0, ANY);
    }

    static void putByte(long address, byte value) {
        at(address).writeByte(0, value, ANY);
    }

    static short getShort(long address) {
        return at(address).readShort(0, ANY);
    }

    static int getInt(long address) {
        return at(address).readInt(0, ANY);
    }

    static void putInt(long address, int value) {
        at(address).writeInt(0, value, ANY);
    }

    static long getLong(long address) {
        return at(address).readLong(0, ANY);
    }

    static void putLong(long address, long value) {
        at(address).writeLong(0, value, ANY);
    }

    static boolean compareAndSetIntAcquire(long address, int expected, int value) {
        return at(address).logicCompareAndSwapInt(0, expected, value, ANY);
    }

    static void putIntRelease(long address, int value) {
        VarHandle.releaseFence();
        putInt(address, value);
    }

    @CFunction(transition = Transition.NO_TRANSITION)
    static native long memmove(long to, long from, long bytes);

    @CFunction(transition = Transition.NO_TRANSITION)
    static native long memset(long address, int value, long bytes);

    private static Pointer at(long address) {
        return WordFactory.pointer(address);
    }
}
