package io.github.panamem.bridge;

import io.github.panamem.heap.Heap;
import io.github.panamem.heap.pymalloc.Pymalloc;

/**
 * The entries: what C calls, each of one shape (abi.h, "Entries"). Nothing may escape one, because an exception that
 * leaves an upcall ends the process; C leaves enough stack that none overflows.
 */
public final class Entries {
    private Entries() {}

    public static long ping(long value, long unused, long unused2) {
        try {
            Faults.point();
            return value;
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long refill(long thread, long bin, long count) {
        try {
            Faults.point();
            return Heap.refill(thread, bin, count);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long flush(long thread, long bin, long count) {
        try {
            Faults.point();
            return Heap.flush(thread, bin, count);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long allocate(long thread, long request, long zeroed) {
        try {
            Faults.point();
            return Heap.allocate(thread, request, zeroed);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long reallocate(long thread, long block, long request) {
        try {
            Faults.point();
            return Heap.reallocate(thread, block, request);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long free(long thread, long block, long unused) {
        try {
            Faults.point();
            return Heap.free(thread, block, unused);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long purge(long thread, long keepDirtyBytes, long unused) {
        try {
            Faults.point();
            return Heap.purge(thread, keepDirtyBytes, unused);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long check(long thread, long text, long textBytes) {
        try {
            Faults.point();
            String finding = Soundness.finding(thread);
            if (finding == null) {
                return 1;
            }
            Text.write(text, textBytes, finding);
            return 0;
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long garbage(long unused, long unused2, long unused3) {
        try {
            Faults.point();
            return 1 + Garbage.allocatedBytes();
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long poolRefill(long thread, long bin, long count) {
        try {
            Faults.point();
            return Pymalloc.refill(thread, bin, count);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long poolFlush(long thread, long bin, long count) {
        try {
            Faults.point();
            return Pymalloc.flush(thread, bin, count);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long userMalloc(long domain, long bytes, long unused) {
        try {
            Faults.point();
            return UserAllocator.malloc((int) domain, bytes);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long userCalloc(long domain, long count, long elementBytes) {
        try {
            Faults.point();
            return UserAllocator.calloc((int) domain, count, elementBytes);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long userRealloc(long domain, long block, long bytes) {
        try {
            Faults.point();
            return UserAllocator.realloc((int) domain, block, bytes);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long userFree(long domain, long block, long unused) {
        try {
            Faults.point();
            return UserAllocator.free((int) domain, block);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }

    public static long userUsable(long domain, long block, long unused) {
        try {
            Faults.point();
            return UserAllocator.usableSize(block);
        } catch (Throwable fault) {
            return Faults.caught(fault);
        }
    }
}
