package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.heap.Heap;

/**
 * Every entry does its whole repertoire once before C is told that Java serves: later calls load no class, link no call
 * site, and so need no file descriptor and make no garbage. It is also what the AOT cache is trained with.
 */
final class Rehearsal {
    private static final int BIN = PANAMEM_CLASS_COUNT() / 2;
    private static final long LARGE_BYTES = 3L * PANAMEM_PAGE_BYTES();
    private static final long TOO_MANY_BYTES = 2L * PANAMEM_ARENA_BYTES();
    private static final long SMALL_BYTES = 40;
    private static final int BLOCKS = 40;

    private Rehearsal() {}

    /** Plays on a stage; the core serves the real heap again afterwards. */
    static void play(long realHeap) {
        long stage = Stage.build(realHeap);
        long thread = Stage.thread(BIN);
        if (Heap.attach(stage)) {
            magazines(thread);
            smallBlocks(thread);
            largeBlocks(thread);
            Entries.ping(1, 0, 0);
            Entries.purge(thread, 0, 0);
            Entries.check(thread, 0, 0);
        }
        Heap.attach(realHeap);
    }

    private static void magazines(long thread) {
        for (long blocks = Entries.refill(thread, BIN, Long.MAX_VALUE); blocks > 0; blocks--) {
            Entries.flush(thread, BIN, 1);
            Entries.refill(thread, BIN, 1);
        }
    }

    private static void smallBlocks(long thread) {
        long[] blocks = new long[BLOCKS];
        for (long bytes = 0; bytes <= PANAMEM_SMALL_MAX_BYTES(); bytes = 2 * bytes + SMALL_BYTES) {
            for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = Entries.allocate(thread, bytes, i & 1);
            }
            for (int i = 0; i < BLOCKS; i++) {
                long moved = Entries.reallocate(thread, blocks[i], bytes / 2 + i);
                Entries.free(thread, moved == 0 ? blocks[i] : moved, 0);
            }
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
