package io.github.panamem.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Any file at all is a trace, or is refused in one line that names it. */
class TraceFuzzTest {
    private static final String HEAD = "panamem 1 trace, process 7: 0 live bytes\nlive bytes\n";

    @FuzzTest(maxDuration = "60s")
    void anyFileIsShownOrRefused(byte[] content) throws IOException {
        Path file = Files.createTempFile("panamem", ".trace");
        try {
            Files.write(file, content);
            show(file);
            byte[] head = HEAD.getBytes(StandardCharsets.UTF_8);
            byte[] below = new byte[head.length + content.length];
            System.arraycopy(head, 0, below, 0, head.length);
            System.arraycopy(content, 0, below, head.length, content.length);
            Files.write(file, below);
            show(file);
        } finally {
            Files.delete(file);
        }
    }

    private static void show(Path file) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = TraceTool.run(stream(out), stream(err), file.toString());
        String said = err.toString(StandardCharsets.UTF_8);
        if (status == 0) {
            assertThat(said).isEmpty();
            assertThat(changesOf(file, file)).startsWith("+0 live bytes in +0 blocks; 0 sites have changed\n");
        } else {
            assertThat(said)
                    .startsWith("panamem: trace: ")
                    .contains(file.toString())
                    .matches("[^\r\n]*\n");
        }
    }

    private static String changesOf(Path before, Path now) {
        var out = new ByteArrayOutputStream();
        assertThat(TraceTool.run(stream(out), stream(out), before.toString(), now.toString()))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
