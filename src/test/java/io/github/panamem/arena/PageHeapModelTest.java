package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.os.OsFaults;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.TestHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random takes, gives, growth and shrinking of runs against a plain list of who owns which pages. */
class PageHeapModelTest {
    private static final int STEPS = 4_000;
    private static final int CHECK_EVERY = 20;
    private static final long RANGE_BYTES = 64L << 20;
    private static final long MIDDLE = Range.PAGE_BYTES / 2;

    /** A run that the model believes to own; every page holds the tag. */
    private record Run(int first, int pages, int domain, long tag) {}

    private final List<Run> live = new ArrayList<>();
    private long nextTag = 1;
    private long nowNanos = 1;

    @AfterEach
    void noFaults() {
        OsFaults.none();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void behavesLikeAListOfOwners(long seed) {
        play(new SplittableRandom(seed), -1L, -1L, -1L);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void likewiseUnderLimitsCapAndDecay(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        play(random, 20L << 20, random.nextLong(8L << 20), 50);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void likewiseWhenTheOsRefuses(int period) {
        OsFaults.refuseEveryCommit(period);
        OsFaults.refuseEveryDiscard(period);
        play(new SplittableRandom(period), -1L, 1L << 20, 50);
    }

    private void play(SplittableRandom random, long limitBytes, long capBytes, long decayNanos) {
        TestHeap.reset(RANGE_BYTES);
        HeapFields.setLimitBytes(limitBytes);
        HeapFields.setDirtyCapBytes(capBytes);
        HeapFields.setDecayNanos(decayNanos);
        HeapFields.setDirtyFollowsUse(random.nextBoolean());
        for (int step = 0; step < STEPS; step++) {
            nowNanos += random.nextInt(10);
            step(random);
            if (step % CHECK_EVERY == 0) {
                assertThat(PageHeapCheck.finding()).as("after step %d", step).isNull();
            }
        }
        while (!live.isEmpty()) {
            give(live.removeLast());
        }
        assertThat(PageHeapCheck.finding()).isNull();
        assertThat(Ledger.usedBytes()).isZero();
        OsFaults.none();
        PageHeap.purge(0);
        assertThat(PageHeapCheck.finding()).isNull();
        assertThat(Ledger.committedBytes()).isZero();
    }

    private void step(SplittableRandom random) {
        int choice = random.nextInt(100);
        if (choice < 45 || live.isEmpty()) {
            int pages = random.nextInt(10) == 0 ? 1 + random.nextInt(400) : 1 + random.nextInt(40);
            take(pages, random.nextBoolean() ? pages : 2 * pages, random.nextInt(PANAMEM_DOMAINS()));
        } else if (choice < 75) {
            give(live.remove(random.nextInt(live.size())));
        } else if (choice < 90) {
            int index = random.nextInt(live.size());
            live.set(index, grow(live.get(index), 1 + random.nextInt(100)));
        } else if (choice < 98) {
            int index = random.nextInt(live.size());
            live.set(index, shrink(live.get(index), random.nextInt(live.get(index).pages)));
        } else {
            PageHeap.purge(random.nextLong(Ledger.dirtyBytes() + 1));
        }
    }

    private void take(int pages, int room, int domain) {
        long run = PageHeap.take(pages, room, domain << PANAMEM_BIN_SHIFT() | PANAMEM_CLASS_LARGE());
        if (run == 0) {
            return;
        }
        int first = (int) run;
        for (Run other : live) {
            expect(first + pages <= other.first || other.first + other.pages <= first, "two runs overlap");
        }
        for (int page = first; page < first + pages && (run & PageHeap.ZEROED) != 0; page++) {
            expect(holds(page, 0), "a zeroed run that is not zero");
        }
        live.add(tagged(new Run(first, pages, domain, nextTag++), 0));
    }

    private Run tagged(Run run, int from) {
        for (int page = run.first + from; page < run.first + run.pages; page++) {
            Memory.putLong(Range.address(page), run.tag);
            Memory.putLong(Range.address(page) + MIDDLE, run.tag);
        }
        return run;
    }

    private void verify(Run run) {
        for (int page = run.first; page < run.first + run.pages; page++) {
            expect(holds(page, run.tag), "a page was overwritten");
            expect(Range.bin(page) >>> PANAMEM_BIN_SHIFT() == run.domain, "a page of another domain");
        }
    }

    private static boolean holds(int page, long tag) {
        return Memory.getLong(Range.address(page)) == tag && Memory.getLong(Range.address(page) + MIDDLE) == tag;
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private void give(Run run) {
        verify(run);
        PageHeap.give(run.first, nowNanos);
    }

    private Run grow(Run run, int morePages) {
        boolean grown = PageHeap.growInPlace(run.first, run.pages + morePages);
        verify(run);
        return grown ? tagged(new Run(run.first, run.pages + morePages, run.domain, run.tag), run.pages) : run;
    }

    private Run shrink(Run run, int pages) {
        if (pages == 0) {
            return run;
        }
        PageHeap.shrink(run.first, pages, nowNanos);
        Run shrunk = new Run(run.first, pages, run.domain, run.tag);
        verify(shrunk);
        return shrunk;
    }
}
