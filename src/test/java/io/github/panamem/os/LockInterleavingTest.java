package io.github.panamem.os;

import io.github.panamem.memory.Memory;
import io.github.panamem.testing.Interleavings;
import java.lang.foreign.Arena;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** Under the lock two threads never meet. */
class LockInterleavingTest {
    @Test
    void aCountUnderTheLockLosesNothing() {
        Interleavings.check(Guarded.class, Plain.class);
    }

    public static class Guarded {
        private static final long LOCK =
                Arena.global().allocate(2 * Long.BYTES, Long.BYTES).address();
        private static final long COUNT = LOCK + Long.BYTES;

        public Guarded() {
            Memory.putLong(LOCK, 0);
            Memory.putLong(COUNT, 0);
        }

        @Operation
        public long add() {
            Lock.acquire(LOCK);
            long count = Memory.getLong(COUNT) + 1;
            Memory.putLong(COUNT, count);
            Lock.release(LOCK);
            return count;
        }
    }

    public static class Plain {
        private long count;

        public long add() {
            return ++count;
        }
    }
}
