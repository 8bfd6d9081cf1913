package io.github.panamem.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The pages of the AOT cache that the JVM may write to are the process's own as soon as they are mapped: one by one, each
 * would interrupt all processors. Only the kernel's time would tell otherwise.
 */
@Tag("jvm")
class CachePagesIT {
    private static final String ITS_MAPPINGS = """
            wanted = False
            for line in open('/proc/self/smaps'):
                words = line.split()
                if '-' in words[0]:
                    wanted = words[-1].endswith('/panamem.aot') and words[1] == 'rw-p'
                elif wanted and words[0] in ('Size:', 'Anonymous:'):
                    print(words[1])
            """;

    @Test
    void whatTheJvmMayWriteToIsCopiedAtOnce() throws IOException {
        Outcome outcome = Run.preloaded(List.of(Place.BUNDLED_PYTHON.toString(), "-c", ITS_MAPPINGS))
                .options("boot=sync")
                .go();
        assertThat(outcome.status()).as(outcome.err()).isZero();
        List<String> kib = new ArrayList<>(outcome.out().lines().toList());
        assertThat(kib).hasSizeGreaterThanOrEqualTo(2);
        for (int i = 0; i < kib.size(); i += 2) {
            assertThat(kib.get(i + 1)).as("private KiB of a mapping").isEqualTo(kib.get(i));
        }
    }
}
