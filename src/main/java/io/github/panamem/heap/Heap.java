package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.arena.PageHeap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.Os;
import io.github.panamem.pool.Pool;
import io.github.panamem.sizeclass.SizeClass;

/**
 * What the entries do (abi.h, "Entries"): bodies of exactly their shape, with 0 as the only "no".
 *
 * <p>Small blocks pass through the calling thread's magazine; a magazine that was never opened is passed by. C counts
 * crossings, resizes and large blocks handed out; Java counts small blocks that it hands out itself.
 */
public final class Heap {
    private static final int REQUEST_SHIFT = PANAMEM_REQUEST_SHIFT();
    private static final long REQUEST_MASK = (1L << REQUEST_SHIFT) - 1;
    private static final long DOMAINS = PANAMEM_DOMAINS();
    private static final int ALLOCATE_ZEROED = PANAMEM_ALLOCATE_ZEROED();
    private static final int ALLOCATE_PAGES = PANAMEM_ALLOCATE_PAGES();

    private Heap() {}

    /** Makes this heap the one that everything here works on. False when it is not one of ours. */
    public static boolean attach(long heap) {
        return Range.attach(heap) && Range.PAGE_BYTES % Math.max(1, Os.pageBytes()) == 0;
    }

    /** PANAMEM_ENTRY_REFILL: blocks pushed on the magazine, at most count. */
    public static long refill(long thread, long bin, long count) {
        if (!isSmallBin(bin)) {
            return 0;
        }
        int wanted = (int) Math.min(count, Magazine.room(Magazine.address(thread, (int) bin)));
        if (wanted <= 0) {
            return 0;
        }
        int pushed = push(thread, (int) bin, wanted);
        return pushed == 0 && Reclaim.forThread(thread) ? push(thread, (int) bin, wanted) : pushed;
    }

    private static int push(long thread, int bin, int wanted) {
        long magazine = Magazine.address(thread, bin);
        long top = Magazine.top(magazine);
        long slotsEnd = top + (wanted + 1) * Magazine.SLOT_BYTES;
        int pushed = Bin.take(bin, wanted, slotsEnd);
        if (pushed < wanted) {
            long bytes = pushed * Magazine.SLOT_BYTES;
            Memory.copy(slotsEnd - bytes, top + Magazine.SLOT_BYTES, bytes);
        }
        Magazine.setTop(magazine, top + pushed * Magazine.SLOT_BYTES);
        return pushed;
    }

    /**
     * PANAMEM_ENTRY_FLUSH: how many of the magazine's lowest count blocks were given back; the caller closes the gap. The
     * bin of large blocks stands for the shelves: they keep at most count bytes, and the answer is 1 + bytes given back.
     */
    public static long flush(long thread, long bin, long count) {
        if (bin == SizeClass.LARGE) {
            return count < 0 ? 0 : 1 + Shelves.clear(thread, count);
        }
        if (!isSmallBin(bin)) {
            return 0;
        }
        long magazine = Magazine.address(thread, (int) bin);
        int given = (int) Math.min(count, Magazine.count(magazine));
        return given <= 0 ? 0 : Bin.give((int) bin, Magazine.bottom(magazine), given);
    }

    private static boolean isSmallBin(long bin) {
        return bin >= 0 && bin < BinRecord.COUNT && SizeClass.isSmall((int) bin);
    }

    /** PANAMEM_ENTRY_ALLOCATE: a block of any size, or 0. how: bits PANAMEM_ALLOCATE_… */
    public static long allocate(long thread, long request, long how) {
        boolean zeroed = (how & ALLOCATE_ZEROED) != 0;
        long bytes = request & REQUEST_MASK;
        long domain = request >>> REQUEST_SHIFT;
        if (domain >= DOMAINS) {
            return 0;
        }
        if (bytes > SizeClass.SMALL_MAX_BYTES || (how & ALLOCATE_PAGES) != 0) {
            return allocateLarge(thread, (int) domain, bytes, bytes, zeroed);
        }
        long block = allocateSmall(thread, BinRecord.of((int) domain, SizeClass.of(bytes)));
        if (zeroed && block != 0) {
            Memory.zero(block, bytes);
        }
        return block;
    }

    private static long allocateSmall(long thread, int bin) {
        long magazine = Magazine.address(thread, bin);
        long top = Magazine.top(magazine);
        long block = Memory.getLong(top);
        if (block == 0) {
            return allocateSlow(thread, bin);
        }
        Magazine.setTop(magazine, top - Magazine.SLOT_BYTES);
        Magazine.countAllocation(magazine);
        return block;
    }

    private static long allocateSlow(long thread, int bin) {
        long magazine = Magazine.address(thread, bin);
        int capacity = Magazine.capacity(magazine);
        if (capacity == 0) {
            long block = Bin.takeSingle(bin);
            return block == 0 && Reclaim.forThread(thread) ? Bin.takeSingle(bin) : block;
        }
        return refill(thread, bin, capacity / 2 + 1) == 0 ? 0 : allocateSmall(thread, bin);
    }

    private static long allocateLarge(long thread, int domain, long bytes, long roomBytes, boolean zeroed) {
        if (Shelves.bytes(thread) >= bytes && Large.needsClean(domain, bytes, roomBytes)) {
            Shelves.clear(thread, 0);
        }
        long block = Large.take(domain, bytes, roomBytes, zeroed);
        return block == 0 && bytes <= Range.bytes() && Reclaim.forThread(thread)
                ? Large.take(domain, bytes, bytes, zeroed)
                : block;
    }

    /** PANAMEM_ENTRY_FREE: 1, or 0 when the block is not live. */
    public static long free(long thread, long block, long unused) {
        if (!Range.contains(block)) {
            return 0;
        }
        int page = Range.page(block);
        int bin = Range.bin(page);
        if (!SizeClass.isSmall(bin)) {
            return Large.give(block) ? 1 : 0;
        }
        long magazine = Magazine.address(thread, bin);
        long top = Magazine.top(magazine);
        if (!Pool.isOut(page - Range.pagesBack(page), bin, block) || Memory.getLong(top) == block) {
            return 0;
        }
        if (top == Magazine.limit(magazine)) {
            return freeSlow(thread, bin, block);
        }
        top += Magazine.SLOT_BYTES;
        Memory.putLong(top, block);
        Magazine.setTop(magazine, top);
        return 1;
    }

    /** The magazine is full: half of it goes back first. Its blocks are live, so one that is not was freed twice. */
    private static long freeSlow(long thread, int bin, long block) {
        long magazine = Magazine.address(thread, bin);
        int capacity = Magazine.capacity(magazine);
        if (capacity == 0) {
            return Bin.giveSingle(bin, block) ? 1 : 0;
        }
        int count = capacity / 2 + 1;
        int given = Bin.give(bin, Magazine.bottom(magazine), count);
        Magazine.dropLowest(magazine, given);
        return given == count ? free(thread, block, 0) : 0;
    }

    /** PANAMEM_ENTRY_REALLOCATE: the block, perhaps elsewhere; 0 leaves it as it was. */
    public static long reallocate(long thread, long block, long request) {
        if (!Range.contains(block)) {
            return 0;
        }
        long bytes = request & REQUEST_MASK;
        int page = Range.page(block);
        int bin = Range.bin(page);
        if (!SizeClass.isSmall(bin)) {
            return reallocateLarge(thread, block, request);
        }
        if (!Pool.isOut(page - Range.pagesBack(page), bin, block)) {
            return 0;
        }
        int classIndex = SizeClass.ofBin(bin);
        long blockBytes = SizeClass.blockBytes(classIndex);
        if (keeps(bytes, blockBytes) || bytes <= blockBytes && SizeClass.of(bytes) == classIndex) {
            return block;
        }
        return move(thread, block, blockBytes, request, bytes);
    }

    /** The new size fits and uses more than three quarters: pymalloc's rule. */
    private static boolean keeps(long bytes, long usableBytes) {
        return bytes <= usableBytes && 4 * bytes > 3 * usableBytes;
    }

    private static long reallocateLarge(long thread, long block, long request) {
        long bytes = request & REQUEST_MASK;
        long usableBytes = Large.usableBytesOf(block);
        if (usableBytes == 0) {
            return 0;
        }
        if ((bytes > SizeClass.SMALL_MAX_BYTES || keeps(bytes, usableBytes)) && Large.resize(block, bytes)) {
            return block;
        }
        return move(thread, block, usableBytes, request, bytes > usableBytes ? 2 * bytes : bytes);
    }

    private static long move(long thread, long block, long usableBytes, long request, long roomBytes) {
        long bytes = request & REQUEST_MASK;
        long moved;
        if (bytes > SizeClass.SMALL_MAX_BYTES) {
            long domain = request >>> REQUEST_SHIFT;
            moved = domain < DOMAINS ? allocateLarge(thread, (int) domain, bytes, roomBytes, false) : 0;
        } else {
            moved = allocate(thread, request, 0);
        }
        if (moved != 0) {
            Memory.copy(block, moved, Math.min(usableBytes, bytes));
            free(thread, block, 0);
        }
        return moved;
    }

    /** PANAMEM_ENTRY_PURGE: 1 + bytes returned to the OS. */
    public static long purge(long thread, long keepDirtyBytes, long unused) {
        Reclaim.dissolveEmpty();
        PageHeap.lock();
        long purgedBytes = PageHeap.purge(keepDirtyBytes);
        PageHeap.unlock();
        return 1 + purgedBytes;
    }
}
