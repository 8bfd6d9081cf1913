package io.github.panamem.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One operation of a model test. slot is where the model keeps the block; thread says on whose behalf.
 *
 * <p>Steps with FALLBACK in their name are done by C on the same heap.
 */
record Step(Kind kind, int slot, int thread, int domain, long bytes) {
    enum Kind {
        ALLOCATE,
        ZEROED,
        REALLOCATE,
        FREE,
        REFILL,
        FLUSH,
        PURGE,
        FALLBACK_ALLOCATE,
        FALLBACK_ZEROED,
        FALLBACK_FREE,
        FALLBACK_REFILL,
        FALLBACK_FLUSH
    }

    private static final int SLOTS = 400;
    private static final int LARGEST_SHIFT = 22;

    /** A random list: sizes of every magnitude, some classes favoured so that pools fill up and empty again. */
    static List<Step> random(long seed, int count, int threads, boolean mixed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(random(random, threads, mixed));
        }
        return steps;
    }

    private static Step random(SplittableRandom random, int threads, boolean mixed) {
        int choice = random.nextInt(100);
        Kind kind = choice < 36
                ? Kind.ALLOCATE
                : choice < 46
                        ? Kind.ZEROED
                        : choice < 62
                                ? Kind.REALLOCATE
                                : choice < 93
                                        ? Kind.FREE
                                        : choice < 96 ? Kind.REFILL : choice < 99 ? Kind.FLUSH : Kind.PURGE;
        if (mixed && random.nextBoolean()) {
            kind = inFallback(kind);
        }
        return new Step(kind, random.nextInt(SLOTS), random.nextInt(threads), random.nextInt(3), randomBytes(random));
    }

    private static Kind inFallback(Kind kind) {
        return switch (kind) {
            case ALLOCATE -> Kind.FALLBACK_ALLOCATE;
            case ZEROED -> Kind.FALLBACK_ZEROED;
            case FREE -> Kind.FALLBACK_FREE;
            case REFILL -> Kind.FALLBACK_REFILL;
            case FLUSH -> Kind.FALLBACK_FLUSH;
            default -> kind;
        };
    }

    private static long randomBytes(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1, 2 -> 64 + random.nextInt(16);
            case 3 -> 20_000 + random.nextInt(30_000);
            case 4 -> random.nextLong(1L << random.nextInt(1, LARGEST_SHIFT));
            default -> random.nextLong(1L << random.nextInt(1, 13));
        };
    }
}
