package io.github.panamem.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import java.lang.foreign.Arena;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LockTest {
    @Test
    void excludesOtherThreads() throws InterruptedException {
        try (Arena memory = Arena.ofShared()) {
            long lock = memory.allocate(Integer.BYTES, Integer.BYTES).address();
            long[] counter = new long[1];
            int rounds = 200_000;
            CountDownLatch start = new CountDownLatch(1);
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> {
                    try {
                        start.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    for (int round = 0; round < rounds; round++) {
                        Lock.acquire(lock);
                        counter[0]++;
                        Lock.release(lock);
                    }
                });
                threads[i].start();
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(counter[0]).isEqualTo((long) threads.length * rounds);
            assertThat(Memory.getInt(lock)).isZero();
        }
    }
}
