package io.github.panamem.image;

import io.github.panamem.bridge.Entries;
import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.c.function.CEntryPoint;
import org.graalvm.nativeimage.c.function.CEntryPoint.Publish;

/** {@link Entries} as C functions. There is none for a user's class: {@code java:<class>} needs a JVM to load it. */
final class ImageEntries {
    private ImageEntries() {}

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long ping(long value, long unused, long unused2, IsolateThread caller) {
        return Entries.ping(value, unused, unused2);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long refill(long thread, long bin, long count, IsolateThread caller) {
        return Entries.refill(thread, bin, count);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long flush(long thread, long bin, long count, IsolateThread caller) {
        return Entries.flush(thread, bin, count);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long allocate(long thread, long request, long zeroed, IsolateThread caller) {
        return Entries.allocate(thread, request, zeroed);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long reallocate(long thread, long block, long request, IsolateThread caller) {
        return Entries.reallocate(thread, block, request);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long free(long thread, long block, long unused, IsolateThread caller) {
        return Entries.free(thread, block, unused);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long purge(long thread, long keepDirtyBytes, long unused, IsolateThread caller) {
        return Entries.purge(thread, keepDirtyBytes, unused);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long check(long thread, long text, long textBytes, IsolateThread caller) {
        return Entries.check(thread, text, textBytes);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long garbage(long unused, long unused2, long unused3, IsolateThread caller) {
        return Entries.garbage(unused, unused2, unused3);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long poolRefill(long thread, long bin, long count, IsolateThread caller) {
        return Entries.poolRefill(thread, bin, count);
    }

    @CEntryPoint(publishAs = Publish.NotPublished)
    static long poolFlush(long thread, long bin, long count, IsolateThread caller) {
        return Entries.poolFlush(thread, bin, count);
    }
}
