package io.github.panamem.heap;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.arena.Ledger;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.OsFaults;
import io.github.panamem.sizeclass.SizeClass;
import io.github.panamem.testing.TestHeap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A heap beside a plain map of what its blocks must contain. Plays a list of steps; a list that fails is shrunk to one
 * in which every step is needed.
 */
final class Model {
    /** A block as the model knows it: filled with a pattern that starts from this number. */
    private record Block(long address, long bytes, long pattern) {}

    private final Map<Integer, Block> live = new HashMap<>();
    private final long[] threads;
    private final int checkEvery;
    private long nextPattern = 1;

    private Model(int threads, int checkEvery) {
        this.threads = new long[threads];
        this.checkEvery = checkEvery;
        for (int i = 0; i < threads; i++) {
            this.threads[i] = TestHeap.thread();
        }
    }

    /** Plays the steps on heaps that prepare makes; throws with the shortest failing list it can find. */
    static void play(String name, List<Step> steps, int threads, int checkEvery, Runnable prepare) {
        Throwable failure = failureOf(steps, threads, checkEvery, prepare);
        if (failure == null) {
            return;
        }
        List<Step> shortest = shrink(steps, threads, prepare);
        StringBuilder text = new StringBuilder(name + ": " + failure.getMessage() + "; shortest list that fails:");
        for (Step step : shortest) {
            text.append("\n  ").append(step);
        }
        throw new AssertionError(text.toString(), failureOf(shortest, threads, 1, prepare));
    }

    private static @Nullable Throwable failureOf(List<Step> steps, int threads, int checkEvery, Runnable prepare) {
        try {
            prepare.run();
            Model model = new Model(threads, checkEvery);
            model.playAll(steps);
            model.finish();
            return null;
        } catch (AssertionError | RuntimeException failure) {
            return failure;
        }
    }

    private static List<Step> shrink(List<Step> steps, int threads, Runnable prepare) {
        List<Step> shortest = steps;
        for (int part = steps.size() / 2; part >= 1; part /= 2) {
            for (int from = 0; from + part <= shortest.size(); ) {
                List<Step> candidate = new ArrayList<>(shortest);
                candidate.subList(from, from + part).clear();
                if (failureOf(candidate, threads, 16, prepare) != null) {
                    shortest = candidate;
                } else {
                    from += part;
                }
            }
        }
        return shortest;
    }

    private void playAll(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            step(steps.get(i));
            if (i % checkEvery == 0) {
                check("after step " + i + ", " + steps.get(i));
            }
        }
        check("after all steps");
    }

    /** Frees everything: nothing but stocks may be left, and after a purge nothing at all. */
    private void finish() {
        for (Block block : live.values()) {
            verify(block);
            expect(Heap.free(threads[0], block.address, 0) == 1, "free of a live block was refused");
        }
        live.clear();
        OsFaults.none();
        for (long thread : threads) {
            Reclaim.forThread(thread);
        }
        Heap.purge(threads[0], 0, 0);
        check("at the end");
        expect(Ledger.usedBytes() == 0, "pages stay in use when all blocks are free");
        expect(Ledger.committedBytes() == 0, "bytes stay committed after a full purge");
    }

    private static void check(String when) {
        String finding = Check.findingWhenQuiet();
        expect(finding == null, when + ": " + finding);
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private void step(Step step) {
        long thread = threads[step.thread()];
        long request = (long) step.domain() << PANAMEM_REQUEST_SHIFT() | step.bytes();
        int bin = BinRecord.of(step.domain(), SizeClass.of(Math.min(step.bytes(), SizeClass.SMALL_MAX_BYTES)));
        Block block = live.get(step.slot());
        switch (step.kind()) {
            case ALLOCATE -> keep(step, Heap.allocate(thread, request, 0), false);
            case ZEROED -> keep(step, Heap.allocate(thread, request, 1), true);
            case FALLBACK_ALLOCATE -> keep(step, TestHeap.fallbackAllocate(thread, request, 0), false);
            case FALLBACK_ZEROED -> keep(step, TestHeap.fallbackAllocate(thread, request, 1), true);
            case REALLOCATE -> reallocate(step, block, thread, request);
            case FREE -> free(step, block, thread, false);
            case FALLBACK_FREE -> free(step, block, thread, true);
            case REFILL -> Heap.refill(thread, bin, 20);
            case FALLBACK_REFILL -> {
                long room = Math.min(20, Magazine.room(Magazine.address(thread, bin)));
                TestHeap.fallbackRefill(thread, bin, room);
            }
            case FLUSH -> flush(thread, bin);
            case FALLBACK_FLUSH -> {
                int count = Magazine.count(Magazine.address(thread, bin)) / 2;
                expect(TestHeap.fallbackFlush(thread, bin, count) == count, "the fallback's flush was cut short");
            }
            case PURGE -> expect(Heap.purge(thread, step.bytes(), 0) >= 1, "purge answered 0");
        }
    }

    private static void flush(long thread, int bin) {
        long magazine = Magazine.address(thread, bin);
        int count = (Magazine.count(magazine) + 1) / 2;
        expect(Heap.flush(thread, bin, count) == count, "flush was cut short");
        Magazine.dropLowest(magazine, count);
    }

    private void keep(Step step, long address, boolean zeroed) {
        if (address == 0) {
            return;
        }
        Block old = live.remove(step.slot());
        if (old != null) {
            verify(old);
            expect(Heap.free(threads[step.thread()], old.address, 0) == 1, "free of a live block was refused");
        }
        expectBlock(address, step.bytes(), step.domain());
        if (zeroed) {
            for (long at = 0; at < step.bytes(); at++) {
                if (Memory.getByte(address + at) != 0) {
                    throw new AssertionError("a zeroed block holds something at " + at);
                }
            }
        }
        live.put(step.slot(), filled(address, step.bytes()));
    }

    private static void expectBlock(long address, long bytes, int domain) {
        int bin = Range.bin(Range.page(address));
        expect(Range.contains(address), "a block outside the range");
        expect(address % PANAMEM_ALIGNMENT() == 0, "a block that is not aligned");
        expect(domain < 0 || BinRecord.domain(bin) == domain, "a block of another domain");
        long usable =
                SizeClass.isSmall(bin) ? SizeClass.blockBytes(SizeClass.ofBin(bin)) : Large.usableBytesOf(address);
        expect(usable >= bytes, "a block of " + usable + " bytes for " + bytes);
    }

    private void reallocate(Step step, @Nullable Block block, long thread, long request) {
        if (block == null) {
            return;
        }
        verify(block);
        long address = Heap.reallocate(thread, block.address, request);
        if (address == 0) {
            verify(block);
            return;
        }
        expectBlock(address, step.bytes(), address == block.address ? -1 : step.domain());
        long common = Math.min(block.bytes, step.bytes());
        verify(address, common, block);
        live.put(step.slot(), filled(address, step.bytes()));
    }

    private void free(Step step, @Nullable Block block, long thread, boolean byFallback) {
        if (block == null) {
            return;
        }
        verify(block);
        live.remove(step.slot());
        long freed = byFallback ? TestHeap.fallbackFree(thread, block.address) : Heap.free(thread, block.address, 0);
        expect(freed == 1, "free of a live block was refused");
    }

    // ---- Contents: every whole word of a block is its pattern times where it stands, the bytes after them likewise

    private Block filled(long address, long bytes) {
        long pattern = nextPattern++ * 0x9E3779B97F4A7C15L | 1;
        long at = 0;
        for (; at + Long.BYTES <= bytes; at += Long.BYTES) {
            Memory.putLong(address + at, pattern * (at + 1));
        }
        for (; at < bytes; at++) {
            Memory.putByte(address + at, lowByte(pattern, at));
        }
        return new Block(address, bytes, pattern);
    }

    private static void verify(Block block) {
        verify(block.address, block.bytes, block);
    }

    /** The first bytes of what the block held stand at the address. */
    private static void verify(long address, long bytes, Block block) {
        long words = Math.min(bytes, block.bytes & -Long.BYTES);
        long at = 0;
        for (; at + Long.BYTES <= words; at += Long.BYTES) {
            if (Memory.getLong(address + at) != block.pattern * (at + 1)) {
                throw new AssertionError("a block of " + block.bytes + " bytes was overwritten at " + at);
            }
        }
        for (; at < bytes && at >= (block.bytes & -Long.BYTES); at++) {
            if (Memory.getByte(address + at) != lowByte(block.pattern, at)) {
                throw new AssertionError("a block of " + block.bytes + " bytes was overwritten at " + at);
            }
        }
    }

    private static byte lowByte(long pattern, long at) {
        return (byte) (pattern * (at + 1) >>> 56);
    }
}
