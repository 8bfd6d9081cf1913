package io.github.panamem.testing;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_page_heap;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;

/** Settings of the attached heap that C makes from options, for tests to change. */
public final class HeapFields {
    private HeapFields() {}

    private static void set(long field, long value) {
        Memory.putLong(Range.heap() + panamem_heap.page_heap$offset() + field, value);
    }

    public static void setLimitBytes(long bytes) {
        set(panamem_page_heap.limit_bytes$offset(), bytes);
    }

    public static void setDomainLimitBytes(int domain, long bytes) {
        set(panamem_page_heap.domain_limit_bytes$offset() + (long) domain * Long.BYTES, bytes);
    }

    public static void setDirtyFollowsUse(boolean follows) {
        Memory.putInt(
                Range.heap() + panamem_heap.page_heap$offset() + panamem_page_heap.dirty_follows_use$offset(),
                follows ? 1 : 0);
    }

    public static void setDirtyCapBytes(long bytes) {
        set(panamem_page_heap.dirty_cap_bytes$offset(), bytes);
    }

    public static void setDecayNanos(long nanos) {
        set(panamem_page_heap.decay_nanos$offset(), nanos);
    }
}
