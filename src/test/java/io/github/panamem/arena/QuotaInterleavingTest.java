package io.github.panamem.arena;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.memory.Range;
import io.github.panamem.testing.HeapFields;
import io.github.panamem.testing.Interleavings;
import io.github.panamem.testing.TestHeap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Threads that take runs of pages at a limit: refused is exactly what would exceed it, dirty pages or not. */
class QuotaInterleavingTest {
    private static final int LIMIT_PAGES = 4;

    @Test
    void theLimitIsKeptAndNeverFeltEarlier() {
        Interleavings.check(Runs.class, Quota.class);
    }

    private static <T> List<Deque<T>> perThread() {
        List<Deque<T>> stacks = new ArrayList<>();
        for (int i = 0; i <= Interleavings.THREADS; i++) {
            stacks.add(new ArrayDeque<>());
        }
        return stacks;
    }

    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "pages", gen = IntGen.class, conf = "1:3")
    public static class Runs {
        private final List<Deque<Integer>> runs = perThread();

        public Runs() {
            TestHeap.reset(8 << 20);
            HeapFields.setLimitBytes(Range.bytesOf(LIMIT_PAGES));
        }

        @Operation
        public boolean take(@Param(name = "thread") int thread, @Param(name = "pages") int pages) {
            PageHeap.lock();
            int run = (int) PageHeap.take(pages, pages, PANAMEM_CLASS_LARGE());
            PageHeap.unlock();
            if (run != 0) {
                runs.get(thread).push(run);
            }
            return run != 0;
        }

        @Operation
        public boolean give(@Param(name = "thread") int thread) {
            Integer run = runs.get(thread).poll();
            if (run != null) {
                PageHeap.lock();
                PageHeap.give(run, 0);
                PageHeap.unlock();
            }
            return run != null;
        }

        @Validate
        public void everyEquationHolds() {
            Interleavings.none(PageHeapCheck.finding());
        }
    }

    public static class Quota {
        private final List<Deque<Integer>> taken = perThread();
        private int used;

        public boolean take(int thread, int pages) {
            if (used + pages > LIMIT_PAGES) {
                return false;
            }
            used += pages;
            taken.get(thread).push(pages);
            return true;
        }

        public boolean give(int thread) {
            Integer pages = taken.get(thread).poll();
            used -= pages == null ? 0 : pages;
            return pages != null;
        }
    }
}
