package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

/** On a JVM, the entries are one function, which is told the entry's number: C calls it by JNI, or by {@link UpcallStub}. */
final class Dispatch {
    private Dispatch() {}

    /** {@link Entries} by number, those first that are called most. */
    static long enter(long a, long b, long c, long entry) {
        if (entry == PANAMEM_ENTRY_REFILL()) {
            return Entries.refill(a, b, c);
        } else if (entry == PANAMEM_ENTRY_FLUSH()) {
            return Entries.flush(a, b, c);
        } else if (entry == PANAMEM_ENTRY_ALLOCATE()) {
            return Entries.allocate(a, b, c);
        } else if (entry == PANAMEM_ENTRY_FREE()) {
            return Entries.free(a, b, c);
        } else if (entry == PANAMEM_ENTRY_REALLOCATE()) {
            return Entries.reallocate(a, b, c);
        } else if (entry == PANAMEM_ENTRY_POOL_REFILL()) {
            return Entries.poolRefill(a, b, c);
        } else if (entry == PANAMEM_ENTRY_POOL_FLUSH()) {
            return Entries.poolFlush(a, b, c);
        } else if (entry >= PANAMEM_ENTRY_USER_MALLOC()) {
            return enterUsers(a, b, c, entry);
        } else {
            return enterRarely(a, b, c, entry);
        }
    }

    private static long enterUsers(long a, long b, long c, long entry) {
        if (entry == PANAMEM_ENTRY_USER_MALLOC()) {
            return Entries.userMalloc(a, b, c);
        } else if (entry == PANAMEM_ENTRY_USER_FREE()) {
            return Entries.userFree(a, b, c);
        } else if (entry == PANAMEM_ENTRY_USER_CALLOC()) {
            return Entries.userCalloc(a, b, c);
        } else if (entry == PANAMEM_ENTRY_USER_REALLOC()) {
            return Entries.userRealloc(a, b, c);
        } else {
            return Entries.userUsable(a, b, c);
        }
    }

    private static long enterRarely(long a, long b, long c, long entry) {
        if (entry == PANAMEM_ENTRY_PING()) {
            return Entries.ping(a, b, c);
        } else if (entry == PANAMEM_ENTRY_PURGE()) {
            return Entries.purge(a, b, c);
        } else if (entry == PANAMEM_ENTRY_CHECK()) {
            return Entries.check(a, b, c);
        } else {
            return Entries.garbage(a, b, c);
        }
    }
}
