package io.github.panamem.os;

import io.github.panamem.memory.Memory;

/**
 * The off-heap spin lock that C and Java share: 0 is free, 1 is held; abi.h gives the order of locks.
 *
 * <p>Not reentrant. Sections are short, but their holder can be preempted, so a waiter soon yields its core.
 */
public final class Lock {
    private static final int SPINS = 64;

    private Lock() {}

    public static void acquire(long lock) {
        if (!Memory.compareAndSetIntAcquire(lock, 0, 1)) {
            acquireSlow(lock);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a spin lock has nothing but the scheduler to wait for
    private static void acquireSlow(long lock) {
        int spins = 0;
        do {
            while (Memory.getIntOpaque(lock) != 0) {
                if (spins < SPINS) {
                    spins++;
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        } while (!Memory.compareAndSetIntAcquire(lock, 0, 1));
    }

    public static void release(long lock) {
        Memory.putIntRelease(lock, 0);
    }
}
