package io.github.panamem.sizeclass;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_class;
import io.github.panamem.abi.panamem_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;

/**
 * From bytes to size classes by arithmetic, from size classes to bytes by the heap's table.
 *
 * <p>Up to {@link #LINEAR_MAX_BYTES} one class per alignment; above, {@code CLASSES_PER_DOUBLING} per doubling, of which the
 * first is an eighth long, the second reaches to the first quarter, and the others are a quarter long:
 *
 * <pre>
 *   bytes - 1 = 1 q q e x … x    class = LINEAR_CLASSES + 1 + doublings above LINEAR_MAX_BYTES * 5 + qq + (qqe = 0 ? 0 : 1)
 * </pre>
 */
public final class SizeClass {
    public static final int COUNT = PANAMEM_CLASS_COUNT();
    public static final int NONE = PANAMEM_CLASS_NONE();
    public static final int LARGE = PANAMEM_CLASS_LARGE();
    public static final long SMALL_MAX_BYTES = PANAMEM_SMALL_MAX_BYTES();

    private static final int SLOTS_MASK = PANAMEM_CLASS_SLOTS() - 1;
    private static final int RECIPROCAL_SHIFT = PANAMEM_RECIPROCAL_SHIFT();
    private static final long LINEAR_MAX_BYTES = PANAMEM_LINEAR_MAX_BYTES();
    private static final int ALIGNMENT_SHIFT = log2(PANAMEM_ALIGNMENT());
    private static final int LINEAR_MAX_SHIFT = log2(PANAMEM_LINEAR_MAX_BYTES());
    private static final int PER_DOUBLING = PANAMEM_CLASSES_PER_DOUBLING();
    private static final int EIGHTH_SHIFT = 3;
    private static final int EIGHTH_MASK = (1 << EIGHTH_SHIFT) - 1;
    private static final int FIRST_GEOMETRIC = PANAMEM_LINEAR_CLASSES() + 1;

    private static final long TABLE = panamem_heap.classes$offset();
    private static final long CLASS_BYTES = panamem_class.sizeof();
    private static final long BLOCK_BYTES = panamem_class.block_bytes$offset();
    private static final long POOL_PAGES_FIRST = panamem_class.pool_pages_first$offset();
    private static final long POOL_PAGES_MOST = panamem_class.pool_pages_most$offset();
    private static final long RECIPROCAL = panamem_class.reciprocal$offset();
    private static final long MAGAZINE_MOST = panamem_class.magazine_most$offset();

    private SizeClass() {}

    private static int log2(int powerOfTwo) {
        return Integer.numberOfTrailingZeros(powerOfTwo);
    }

    /** The smallest class whose blocks hold so many bytes, at most {@link #SMALL_MAX_BYTES}; 0 bytes need a block too. */
    public static int of(long bytes) {
        if (bytes <= LINEAR_MAX_BYTES) {
            return (int) ((bytes + (1L << ALIGNMENT_SHIFT) - 1) >>> ALIGNMENT_SHIFT) + (bytes == 0 ? 1 : 0);
        }
        long last = bytes - 1;
        int highest = Long.SIZE - 1 - Long.numberOfLeadingZeros(last);
        int doubling = highest - LINEAR_MAX_SHIFT;
        int eighth = (int) (last >>> (highest - EIGHTH_SHIFT)) & EIGHTH_MASK;
        return FIRST_GEOMETRIC + doubling * PER_DOUBLING + (eighth >> 1) + (eighth == 0 ? 0 : 1);
    }

    /** The size class of a bin. */
    public static int ofBin(int bin) {
        return bin & SLOTS_MASK;
    }

    /** Has the bin small blocks? Neither none nor large, nor one of the slots in between. */
    public static boolean isSmall(int bin) {
        return Integer.compareUnsigned(ofBin(bin) - 1, COUNT) < 0;
    }

    private static long entry(int classIndex) {
        return Range.heap() + TABLE + classIndex * CLASS_BYTES;
    }

    public static long blockBytes(int classIndex) {
        return Memory.getInt(entry(classIndex) + BLOCK_BYTES);
    }

    public static long reciprocal(int classIndex) {
        return Memory.getLong(entry(classIndex) + RECIPROCAL);
    }

    /** offset / block bytes, for every offset in a pool. */
    public static long divide(long offset, long reciprocal) {
        return offset * reciprocal >>> RECIPROCAL_SHIFT;
    }

    public static int poolPagesFirst(int classIndex) {
        return Memory.getShort(entry(classIndex) + POOL_PAGES_FIRST);
    }

    public static int poolPagesMost(int classIndex) {
        return Memory.getShort(entry(classIndex) + POOL_PAGES_MOST);
    }

    /** Most blocks that a magazine of this class may hold. */
    public static int magazineMost(int classIndex) {
        return Memory.getInt(entry(classIndex) + MAGAZINE_MOST);
    }
}
