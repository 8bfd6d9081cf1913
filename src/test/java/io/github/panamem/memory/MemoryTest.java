package io.github.panamem.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final int BYTES = 1 << 17;

    private final Arena arena = Arena.ofConfined();
    private final long memory = arena.allocate(BYTES, Long.BYTES).address();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void zeroClearsExactlyWhatItIsAskedTo() {
        for (int offset : new int[] {0, 1, 7, 8, 16}) {
            for (int bytes = 0; bytes < 700; bytes++) {
                zeroesExactly(offset, bytes);
            }
            for (int bytes : new int[] {4096, 16384, 16385, 32768, 50_000, 100_000}) {
                zeroesExactly(offset, bytes);
            }
        }
    }

    private void zeroesExactly(int offset, int bytes) {
        int end = offset + bytes + 64;
        Memory.fill(memory, end, (byte) 0x5a);
        Memory.zero(memory + offset, bytes);
        for (int i = 0; i < end; i++) {
            boolean inside = i >= offset && i < offset + bytes;
            if (Memory.getByte(memory + i) != (inside ? 0 : 0x5a)) {
                throw new AssertionError("zero of " + bytes + " at " + offset + " is wrong at " + i);
            }
        }
    }

    @Test
    void copyAllowsOverlap() {
        for (int i = 0; i < 100; i++) {
            Memory.putByte(memory + i, (byte) i);
        }
        Memory.copy(memory, memory + 10, 50);
        for (int i = 0; i < 50; i++) {
            assertThat(Memory.getByte(memory + 10 + i)).isEqualTo((byte) i);
        }
        Memory.copy(memory + 10, memory, 50);
        for (int i = 0; i < 50; i++) {
            assertThat(Memory.getByte(memory + i)).isEqualTo((byte) i);
        }
    }

    @Test
    void plainAccessNeedsNoAlignment() {
        Memory.putLong(memory + 3, 0x0102030405060708L);
        assertThat(Memory.getLong(memory + 3)).isEqualTo(0x0102030405060708L);
        Memory.putInt(memory + 21, 0x01020304);
        assertThat(Memory.getInt(memory + 21)).isEqualTo(0x01020304);
    }

    @Test
    void compareAndSetChangesOnlyWhatItExpects() {
        Memory.putInt(memory, 1);
        assertThat(Memory.compareAndSetIntAcquire(memory, 0, 2)).isFalse();
        assertThat(Memory.getInt(memory)).isEqualTo(1);
        assertThat(Memory.compareAndSetIntAcquire(memory, 1, 2)).isTrue();
        Memory.putIntRelease(memory, 3);
        assertThat(Memory.getIntOpaque(memory)).isEqualTo(3);
    }
}
