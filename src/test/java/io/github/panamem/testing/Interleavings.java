package io.github.panamem.testing;

import io.github.panamem.arena.PageHeapCheck;
import io.github.panamem.heap.Check;
import io.github.panamem.heap.pymalloc.PymallocCheck;
import io.github.panamem.memory.Memory;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jspecify.annotations.Nullable;

/**
 * Lincheck's model checker over memory outside the Java heap: two threads play random programs, and each access by
 * {@link Memory} is a point where the other may go on. What they answer must be what one thread could have answered.
 */
public final class Interleavings {
    /** Random programs per test, each with so many interleavings; {@code -Dpanamem.interleavings=N} for a longer run. */
    private static final int PROGRAMS = Integer.getInteger("panamem.interleavings", 5);

    private static final int INTERLEAVINGS_PER_PROGRAM = 50;
    private static final int OPERATIONS_PER_THREAD = 3;

    /** A loop of more rounds never ends. */
    private static final int ENDLESS = 1_000_000;

    public static final int THREADS = 2;

    private Interleavings() {}

    /**
     * Fails, with the interleaving, when threads get answers that one thread could not.
     *
     * @param concurrent its constructor makes a fresh heap; its operations may meet
     * @param sequential the same operations, in the plainest way
     */
    public static void check(Class<?> concurrent, Class<?> sequential) {
        new ModelCheckingOptions()
                .iterations(PROGRAMS)
                .invocationsPerIteration(INTERLEAVINGS_PER_PROGRAM)
                .threads(THREADS)
                .actorsPerThread(OPERATIONS_PER_THREAD)
                .actorsBefore(0)
                .actorsAfter(0)
                .loopBound(ENDLESS)
                .addGuarantee(everyCallOf(Memory.class).treatAsAtomic())
                .addGuarantee(everyCallOf(TestHeap.class, Check.class, PageHeapCheck.class, PymallocCheck.class)
                        .ignore())
                .sequentialSpecification(sequential)
                .check(concurrent);
    }

    /** Fails where a check has a finding. */
    public static void none(@Nullable String finding) {
        if (finding != null) {
            throw new AssertionError(finding);
        }
    }

    private static ManagedStrategyGuarantee.GuaranteeBuilder everyCallOf(Class<?>... classes) {
        String[] names = new String[classes.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = classes[i].getName();
        }
        return ManagedStrategyGuaranteeKt.forClasses(names).allMethods();
    }
}
