package io.github.panamem.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Raw memory by address: the only class that touches it.
 *
 * <p>Plain access is unaligned, because that form is fast on every host; a name that carries an ordering needs a
 * naturally aligned address. Nothing is checked: a wrong address ends the process.
 */
public final class Memory {
    @SuppressWarnings("restricted")
    private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle().withInvokeExactBehavior();
    private static final VarHandle SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.varHandle().withInvokeExactBehavior();
    private static final VarHandle INT =
            ValueLayout.JAVA_INT_UNALIGNED.varHandle().withInvokeExactBehavior();
    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.varHandle().withInvokeExactBehavior();
    private static final VarHandle ORDERED_INT =
            ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();
    private static final VarHandle ORDERED_LONG =
            ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();

    /** Below this many bytes a loop is faster than a call that copies in bulk. */
    private static final int BULK_LEAST_BYTES = 256;

    /** Zeros to copy from: the one way to clear memory in bulk that makes no garbage, however it is compiled. */
    private static final int ZEROS_BYTES = 1 << 14;

    private static final long ZEROS = NativeImage.IS_HOST
            ? 0
            : java.lang.foreign.Arena.global().allocate(ZEROS_BYTES, Long.BYTES).address();

    private Memory() {}

    public static byte getByte(long address) {
        return (byte) BYTE.get(EVERYTHING, address);
    }

    public static void putByte(long address, byte value) {
        BYTE.set(EVERYTHING, address, value);
    }

    public static short getShort(long address) {
        return (short) SHORT.get(EVERYTHING, address);
    }

    public static void putShort(long address, short value) {
        SHORT.set(EVERYTHING, address, value);
    }

    public static int getInt(long address) {
        return (int) INT.get(EVERYTHING, address);
    }

    public static void putInt(long address, int value) {
        INT.set(EVERYTHING, address, value);
    }

    public static long getLong(long address) {
        return (long) LONG.get(EVERYTHING, address);
    }

    public static void putLong(long address, long value) {
        LONG.set(EVERYTHING, address, value);
    }

    /** A load that is not torn and not repeated: for counters that their own thread writes meanwhile. */
    public static long getLongOpaque(long address) {
        return (long) ORDERED_LONG.getOpaque(EVERYTHING, address);
    }

    public static int getIntOpaque(long address) {
        return (int) ORDERED_INT.getOpaque(EVERYTHING, address);
    }

    public static boolean compareAndSetIntAcquire(long address, int expected, int value) {
        return NativeImage.IS_HOST
                ? ImageMemory.compareAndSetIntAcquire(address, expected, value)
                : (int) ORDERED_INT.compareAndExchangeAcquire(EVERYTHING, address, expected, value) == expected;
    }

    public static void putIntRelease(long address, int value) {
        if (NativeImage.IS_HOST) {
            ImageMemory.putIntRelease(address, value);
        } else {
            ORDERED_INT.setRelease(EVERYTHING, address, value);
        }
    }

    /** Copies as if through a buffer: the two stretches may overlap. */
    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(EVERYTHING, from, EVERYTHING, to, bytes);
    }

    public static void fill(long address, long bytes, byte value) {
        for (long i = 0; i < bytes; i++) {
            putByte(address + i, value);
        }
    }

    public static void zero(long address, long bytes) {
        if (bytes >= BULK_LEAST_BYTES) {
            zeroInBulk(address, bytes);
            return;
        }
        long end = address + bytes;
        long at = address;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            putLong(at, 0);
        }
        for (; at < end; at++) {
            putByte(at, (byte) 0);
        }
    }

    private static void zeroInBulk(long address, long bytes) {
        if (NativeImage.IS_HOST) {
            ImageMemory.memset(address, 0, bytes);
            return;
        }
        for (long done = 0; done < bytes; done += ZEROS_BYTES) {
            copy(ZEROS, address + done, Math.min(ZEROS_BYTES, bytes - done));
        }
    }
}
