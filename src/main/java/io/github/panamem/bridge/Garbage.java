package io.github.panamem.bridge;

import com.sun.management.ThreadMXBean;
import io.github.panamem.memory.NativeImage;
import java.lang.management.ManagementFactory;

/** How much garbage Java has made: what "no garbage after ready" is measured by. */
final class Garbage {
    private Garbage() {}

    /** Java heap bytes that all threads together have allocated since the JVM started, ended threads included. */
    static long allocatedBytes() {
        if (NativeImage.IS_HOST) { // whose collector never collects
            Runtime heap = Runtime.getRuntime();
            return heap.totalMemory() - heap.freeMemory();
        }
        return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
    }
}
