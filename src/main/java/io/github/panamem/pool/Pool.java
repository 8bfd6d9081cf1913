package io.github.panamem.pool;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.PageRecord;
import io.github.panamem.memory.Range;
import io.github.panamem.sizeclass.SizeClass;

/**
 * Blocks of one size class in a run of pages; a bitmap in the page records says which are free. Free blocks hold
 * nothing of ours.
 *
 * <pre>
 *   free_count = number of 1-bits in bitmap[0 .. block_count);  bits at and above block_count are 0
 *   no 1-bit stands below word hint_word
 * </pre>
 *
 * <p>The lowest free blocks are handed out first: neighbours in time are neighbours in memory, and pages at a pool's
 * end stay untouched for as long as possible. The bin's lock is held.
 */
public final class Pool {
    private static final int WORD_BITS = Long.SIZE;
    private static final int WORD_SHIFT = 6;
    private static final long ALL_FREE = -1L;

    private Pool() {}

    /** Makes a pool of a run that the page heap gave to this bin; all blocks are free. */
    public static void make(int first) {
        long pool = Range.record(first);
        long blockBytes = SizeClass.blockBytes(SizeClass.ofBin(PageRecord.bin(pool)));
        int blocks = (int) (Range.bytesOf(PageRecord.runPages(pool)) / blockBytes);
        PageRecord.setNext(pool, 0);
        PageRecord.setPrev(pool, 0);
        PageRecord.setBlockCount(pool, blocks);
        PageRecord.setFreeCount(pool, blocks);
        PageRecord.setHintWord(pool, 0);
        long word = PageRecord.bitmap(pool);
        int left = blocks;
        for (; left >= WORD_BITS; left -= WORD_BITS) {
            Memory.putLong(word, ALL_FREE);
            word += Long.BYTES;
        }
        if (left > 0) {
            Memory.putLong(word, (1L << left) - 1);
        }
    }

    /**
     * Clears what the pool wrote, before its run goes back: its bitmap may reach into the records of the pages inside,
     * which must read PANAMEM_PAGE_INSIDE again.
     */
    public static void dissolve(int first) {
        long pool = Range.record(first);
        long words = (PageRecord.blockCount(pool) + WORD_BITS - 1L) >>> WORD_SHIFT;
        Memory.zero(PageRecord.bitmap(pool), words * Long.BYTES);
        PageRecord.setBlockCount(pool, 0);
        PageRecord.setFreeCount(pool, 0);
        PageRecord.setHintWord(pool, 0);
    }

    /**
     * Takes up to count blocks and writes their addresses downwards, the first below slotsEnd, so that a stack that
     * pops from there pops ascending addresses. Answers how many.
     */
    public static int take(int first, int count, long slotsEnd) {
        long pool = Range.record(first);
        long blockBytes = SizeClass.blockBytes(SizeClass.ofBin(PageRecord.bin(pool)));
        long blocks = Range.address(first);
        int freeCount = PageRecord.freeCount(pool);
        int taken = Math.min(count, freeCount);
        long bitmap = PageRecord.bitmap(pool);
        long slot = slotsEnd;
        int word = PageRecord.hintWord(pool);
        for (int left = taken; left > 0; word++) {
            long wordAddress = bitmap + (long) word * Long.BYTES;
            long wordBlocks = blocks + ((long) word << WORD_SHIFT) * blockBytes;
            long bits = Memory.getLong(wordAddress);
            for (; bits != 0 && left > 0; left--) {
                slot -= Long.BYTES;
                Memory.putLong(slot, wordBlocks + Long.numberOfTrailingZeros(bits) * blockBytes);
                bits &= bits - 1;
            }
            Memory.putLong(wordAddress, bits);
            if (bits != 0) {
                break;
            }
        }
        PageRecord.setHintWord(pool, word);
        PageRecord.setFreeCount(pool, freeCount - taken);
        return taken;
    }

    /**
     * Gives back the blocks whose addresses stand in the slots, as far as they are blocks of this pool that are out.
     * Answers how many; the next one belongs elsewhere, or is inside a block, or was free already.
     */
    public static int give(int first, long slots, long slotsEnd) {
        long pool = Range.record(first);
        int classIndex = SizeClass.ofBin(PageRecord.bin(pool));
        long blockBytes = SizeClass.blockBytes(classIndex);
        long reciprocal = SizeClass.reciprocal(classIndex);
        long blocks = Range.address(first);
        long blocksBytes = PageRecord.blockCount(pool) * blockBytes;
        long bitmap = PageRecord.bitmap(pool);
        int lowestWord = PageRecord.hintWord(pool);
        int word = lowestWord;
        long bits = Memory.getLong(bitmap + (long) word * Long.BYTES);
        long slot = slots;
        for (; slot < slotsEnd; slot += Long.BYTES) {
            long offset = Memory.getLong(slot) - blocks;
            if (Long.compareUnsigned(offset, blocksBytes) >= 0) {
                break;
            }
            long index = SizeClass.divide(offset, reciprocal);
            if (index >>> WORD_SHIFT != word) {
                Memory.putLong(bitmap + (long) word * Long.BYTES, bits);
                word = (int) (index >>> WORD_SHIFT);
                bits = Memory.getLong(bitmap + (long) word * Long.BYTES);
                lowestWord = Math.min(lowestWord, word);
            }
            long bit = 1L << index;
            if (index * blockBytes != offset || (bits & bit) != 0) {
                break;
            }
            bits |= bit;
        }
        Memory.putLong(bitmap + (long) word * Long.BYTES, bits);
        int given = (int) ((slot - slots) / Long.BYTES);
        PageRecord.setHintWord(pool, lowestWord);
        PageRecord.setFreeCount(pool, PageRecord.freeCount(pool) + given);
        return given;
    }

    /** Is this the address of a block that is out: live, or in a magazine? Exact for a block that the caller owns; bin is the pool's. */
    public static boolean isOut(int first, int bin, long block) {
        long pool = Range.record(first);
        int classIndex = SizeClass.ofBin(bin);
        long offset = block - Range.address(first);
        long index = SizeClass.divide(offset, SizeClass.reciprocal(classIndex));
        if (index >= PageRecord.blockCount(pool) || index * SizeClass.blockBytes(classIndex) != offset) {
            return false;
        }
        long bits = Memory.getLong(PageRecord.bitmap(pool) + (index >>> WORD_SHIFT) * Long.BYTES);
        return (bits >>> index & 1) == 0;
    }
}
