package io.github.panamem.bridge;

import io.github.panamem.heap.Check;
import io.github.panamem.heap.pymalloc.PymallocCheck;
import org.jspecify.annotations.Nullable;

/** Is all well? The heap's equations hold, and no entry ever threw. */
public final class Soundness {
    private Soundness() {}

    /** Loads what a finding needs; its walks over all bins would be a twentieth of a start. */
    static void rehearse() {
        Check.rehearse();
        PymallocCheck.finding();
    }

    /** What is wrong first, in one line, or null. thread: the caller's struct panamem_thread, or 0. */
    public static @Nullable String finding(long thread) {
        String finding = Check.finding(thread);
        if (finding == null) {
            finding = PymallocCheck.finding();
        }
        Throwable fault = Faults.first();
        if (finding != null || fault == null) {
            return finding;
        }
        StackTraceElement[] frames = fault.getStackTrace();
        return "an entry threw " + fault + (frames.length == 0 ? "" : " at " + frames[0]);
    }
}
