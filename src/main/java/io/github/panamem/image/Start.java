package io.github.panamem.image;

import io.github.panamem.bridge.Boot;
import io.github.panamem.bridge.EntryTable;
import io.github.panamem.bridge.Text;
import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.c.function.CEntryPoint;

/** Where C enters an image that it loaded: after it, Java serves. */
final class Start {
    private Start() {}

    /** As {@link Boot#start}, without a user's class. */
    @CEntryPoint(name = "panamem_core_start")
    static long start(IsolateThread caller, long heap, long errorText) {
        try {
            String refusal = Boot.attach(heap);
            if (refusal == null) {
                EntryTable.fill(heap, new ImageEntryPoints());
                return 1;
            }
            Text.write(errorText, Boot.ERROR_BYTES, refusal);
        } catch (Throwable fault) {
            Text.write(errorText, Boot.ERROR_BYTES, fault.toString());
        }
        return 0;
    }
}
