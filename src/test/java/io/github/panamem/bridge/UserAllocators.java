package io.github.panamem.bridge;

import io.github.panamem.spi.Allocator;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Allocators for tests, good and bad. */
public final class UserAllocators {
    private UserAllocators() {}

    /** Never reuses anything. */
    public static class Good implements Allocator {
        private final Map<Long, Long> sizes = new ConcurrentHashMap<>();

        @Override
        public long malloc(int domain, long bytes) {
            long block = Arena.global().allocate(Math.max(1, bytes), 16).address();
            sizes.put(block, bytes);
            return block;
        }

        @Override
        public long calloc(int domain, long count, long elementBytes) {
            return malloc(domain, Math.multiplyExact(count, elementBytes));
        }

        @Override
        public long realloc(int domain, long block, long bytes) {
            return malloc(domain, bytes);
        }

        @Override
        public void free(int domain, long block) {
            sizes.remove(block);
        }

        @Override
        public long usableSize(long block) {
            return sizes.getOrDefault(block, 0L);
        }

        int live() {
            return sizes.size();
        }
    }

    /** Answers blocks that C code could not use. */
    public static final class Misaligned extends Good {
        @Override
        public long malloc(int domain, long bytes) {
            return super.malloc(domain, bytes) + 8;
        }

        @Override
        public void free(int domain, long block) {
            super.free(domain, block - 8);
        }
    }

    /** Throws whatever it is asked. */
    public static final class Throwing implements Allocator {
        @Override
        public long malloc(int domain, long bytes) {
            throw new OutOfMemoryError("of the test");
        }

        @Override
        public long calloc(int domain, long count, long elementBytes) {
            throw new IllegalStateException("of the test");
        }

        @Override
        public long realloc(int domain, long block, long bytes) {
            throw new AssertionError("of the test");
        }

        @Override
        public void free(int domain, long block) {
            throw new StackOverflowError("of the test");
        }

        @Override
        public long usableSize(long block) {
            throw new UnsupportedOperationException("of the test");
        }
    }

    /** Cannot be made. */
    public static final class Failing extends Good {
        public Failing() {
            throw new IllegalStateException("no luck");
        }
    }

    /** Has no constructor without parameters. */
    public static final class Demanding extends Good {
        public Demanding(int unused) {}
    }

    /** Is no allocator. */
    public static final class Other {}

    /** Is not public. */
    static final class Hidden extends Good {}
}
