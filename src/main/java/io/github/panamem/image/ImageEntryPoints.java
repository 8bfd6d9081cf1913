package io.github.panamem.image;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.bridge.EntryPoints;
import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.c.function.CEntryPointLiteral;
import org.graalvm.nativeimage.c.function.CFunctionPointer;

/** In a native image, the entries are compiled functions; their addresses are known when it is loaded. */
final class ImageEntryPoints implements EntryPoints {
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static final CEntryPointLiteral<CFunctionPointer>[] LITERALS = new CEntryPointLiteral[PANAMEM_ENTRIES()];

    static {
        LITERALS[PANAMEM_ENTRY_PING()] = literal("ping");
        LITERALS[PANAMEM_ENTRY_REFILL()] = literal("refill");
        LITERALS[PANAMEM_ENTRY_FLUSH()] = literal("flush");
        LITERALS[PANAMEM_ENTRY_ALLOCATE()] = literal("allocate");
        LITERALS[PANAMEM_ENTRY_REALLOCATE()] = literal("reallocate");
        LITERALS[PANAMEM_ENTRY_FREE()] = literal("free");
        LITERALS[PANAMEM_ENTRY_PURGE()] = literal("purge");
        LITERALS[PANAMEM_ENTRY_CHECK()] = literal("check");
        LITERALS[PANAMEM_ENTRY_GARBAGE()] = literal("garbage");
        LITERALS[PANAMEM_ENTRY_POOL_REFILL()] = literal("poolRefill");
        LITERALS[PANAMEM_ENTRY_POOL_FLUSH()] = literal("poolFlush");
    }

    @Override
    public long address(int entry) {
        return LITERALS[entry].getFunctionPointer().rawValue();
    }

    private static CEntryPointLiteral<CFunctionPointer> literal(String method) {
        return CEntryPointLiteral.create(
                ImageEntries.class, method, long.class, long.class, long.class, IsolateThread.class);
    }
}
