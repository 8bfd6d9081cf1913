package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.heap.Heap;
import io.github.panamem.heap.pymalloc.Pymalloc;
import io.github.panamem.os.Os;
import io.github.panamem.sizeclass.SizeClass;
import java.util.IdentityHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Every entry does its whole repertoire once before C is told that Java serves: later calls load no class, link no call
 * site, and so need no file descriptor and make no garbage. Only the check does no more than load its classes, for it is
 * long. The rehearsal is also what the AOT cache is trained with.
 */
final class Rehearsal {
    private static final int BIN = PANAMEM_CLASS_COUNT() / 2;
    private static final long LARGE_BYTES = 3L * PANAMEM_PAGE_BYTES();
    private static final long TOO_MANY_BYTES = 2L * PANAMEM_ARENA_BYTES();
    private static final long SMALL_BYTES = 40;

    private Rehearsal() {}

    /** Plays on a stage; the core serves the real heap again afterwards. */
    static void play(long realHeap) {
        boolean servesPools = Pymalloc.isChosen();
        long stage = Stage.build(realHeap);
        long thread = Stage.thread(BIN);
        if (Heap.attach(stage)) {
            magazines(thread);
            smallBlocks(thread);
            largeBlocks(thread);
            Entries.ping(1, 0, 0);
            Entries.purge(thread, 0, 0);
            Os.addressSpaceLimitBytes();
            Os.settle();
            threads();
            if (servesPools) {
                PoolRehearsal.play(stage);
            }
        }
        Heap.attach(realHeap);
    }

    /**
     * The JVM numbers the threads that C attaches, and walks a map of thread locals when one ends that ran our boot. Two
     * threads that meet in one of its concurrent maps draw lots.
     */
    private static void threads() {
        new Thread().setDaemon(true);
        ThreadLocalRandom.current();
        for (Object none : new IdentityHashMap<>().keySet()) {
            throw new AssertionError(none);
        }
    }

    private static void magazines(long thread) {
        long blocks = Entries.refill(thread, BIN, Stage.SLOTS);
        Entries.flush(thread, BIN, blocks);
        Stage.emptyMagazine(thread, BIN);
    }

    /** Through the open magazine until it runs dry and over, and past a shut one. */
    private static void smallBlocks(long thread) {
        long open = SizeClass.blockBytes(BIN);
        long shut = 2 * open;
        long[] blocks = new long[2 * Stage.SLOTS];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = Entries.allocate(thread, open, i & 1);
        }
        blocks[0] = Entries.reallocate(thread, blocks[0], shut);
        Soundness.rehearse();
        for (long block : blocks) {
            Entries.free(thread, block, 0);
        }
    }

    private static void largeBlocks(long thread) {
        long dirty = Entries.allocate(thread, LARGE_BYTES, 1);
        long neighbour = Entries.allocate(thread, LARGE_BYTES, 0);
        Entries.free(thread, dirty, 0);
        long block = Entries.allocate(thread, LARGE_BYTES, 1);
        block = Entries.reallocate(thread, block, 2 * LARGE_BYTES);
        block = Entries.reallocate(thread, block, 3 * LARGE_BYTES);
        block = Entries.reallocate(thread, block, LARGE_BYTES);
        block = Entries.reallocate(thread, block, SMALL_BYTES);
        Entries.free(thread, block, 0);
        Entries.free(thread, neighbour, 0);
        Entries.free(thread, neighbour, 0);
        Entries.allocate(thread, TOO_MANY_BYTES, 0);
    }
}
