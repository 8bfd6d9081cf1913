package io.github.panamem.testing;

import io.github.panamem.memory.Memory;
import java.util.concurrent.atomic.AtomicLong;

/** A value in a block of its own, in one place where threads leave it for each other; for {@link Interleavings}. */
public final class Exchange {
    /** Where blocks come from. The thread is Lincheck's number for it. */
    public interface Blocks {
        /** A block of at least three words. */
        long take(int thread, long bytes);

        void give(int thread, long block, long bytes);
    }

    private final Blocks blocks;
    private final AtomicLong place = new AtomicLong();

    public Exchange(Blocks blocks) {
        this.blocks = blocks;
    }

    /** Leaves the value in a block of so many bytes. Answers the value before, 0 for none. */
    public long exchange(int thread, int value, long bytes) {
        long block = blocks.take(thread, bytes);
        if (block == 0) {
            throw new AssertionError("refused");
        }
        Memory.putLong(block, value);
        Memory.putLong(block + Long.BYTES, bytes);
        Memory.putLong(block + bytes - Long.BYTES, ~value);
        return open(thread, place.getAndSet(block));
    }

    public long remove(int thread) {
        return open(thread, place.getAndSet(0));
    }

    private long open(int thread, long block) {
        if (block == 0) {
            return 0;
        }
        long value = Memory.getLong(block);
        long bytes = Memory.getLong(block + Long.BYTES);
        if (Memory.getLong(block + bytes - Long.BYTES) != ~value) {
            throw new AssertionError("written by another");
        }
        blocks.give(thread, block, bytes);
        return value;
    }

    /** The same without blocks. */
    public static class Value {
        private long value;

        public long exchange(int thread, int next, boolean large) {
            long before = value;
            value = next;
            return before;
        }

        public long remove(int thread) {
            return exchange(thread, 0, false);
        }
    }
}
