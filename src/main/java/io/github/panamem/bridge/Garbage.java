package io.github.panamem.bridge;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much garbage Java has made: what "no garbage after ready" is measured by. */
final class Garbage {
    private Garbage() {}

    /** Java heap bytes that all threads together have allocated since the JVM started, ended threads included. */
    static long allocatedBytes() {
        return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
    }
}
