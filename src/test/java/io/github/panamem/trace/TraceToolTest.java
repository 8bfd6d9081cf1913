package io.github.panamem.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceToolTest {
    private static final String HEAD = """
            panamem 1 trace, process 7: 130 live bytes in 3 blocks of 3 sites; every 1. block traced, 0 lost
                live bytes  live blocks     peak bytes   total blocks  site
            """;

    @TempDir
    Path folder;

    private Path before;
    private Path now;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void twoSnapshots() throws IOException {
        before = Files.writeString(folder.resolve("before"), HEAD + """
                           100            2            100              5  a.py:1 in f < a.py:9 in <module>
                            20            1             90              9  b.py:2 in g
                            10            1             10              1  b.py:2 in g
                             0            0             40              4  c.py:3 in h
                """);
        now = Files.writeString(folder.resolve("now"), HEAD + """
                           100            2            300             12  a.py:1 in f < a.py:9 in <module>
                            90            3             90             11  c.py:3 in h
                             5            1              5              1  d.py:4 in new one
                """);
    }

    private int run(Object... arguments) {
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return TraceTool.run(stream(out), stream(err), texts);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void theLargestSitesComeFirstAndEqualOnesAreOne() {
        assertThat(run(before, "--top=2")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(HEAD + """
                           100            2            100              5  a.py:1 in f < a.py:9 in <module>
                            30            2            100             10  b.py:2 in g
                """);
    }

    @Test
    void whatHasGrownComesFirstAndWhatIsTheSameIsLeftOut() {
        assertThat(run(before, now)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                +65 live bytes in +2 blocks; 3 sites have changed
                     live bytes   live blocks      now bytes     new blocks  site
                            +90            +3             90              7  c.py:3 in h
                             +5            +1              5              1  d.py:4 in new one
                            -30            -2              0            -10  b.py:2 in g
                """);
    }

    @Test
    void whatCannotBeReadIsOneLine() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "{}\n");
        Path torn = Files.writeString(folder.resolve("torn"), HEAD + "garbage\n");
        Path huge = Files.writeString(folder.resolve("huge"), HEAD + "9".repeat(20) + " 1 1 1  a.py:1\n");
        assertThat(run(other)).isEqualTo(1);
        assertThat(run(torn)).isEqualTo(1);
        assertThat(run(huge)).isEqualTo(1);
        assertThat(run(folder.resolve("none"))).isEqualTo(1);
        assertThat(run()).isEqualTo(1);
        assertThat(run(now, "--top=0")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "panamem: trace: " + other + " is no trace in text; PANAMEM_OPTIONS=trace,trace.file=" + other
                                + " writes one",
                        "panamem: trace: " + torn + ":3: not a site: garbage",
                        "panamem: trace: " + huge + ":3: not a site: 99999999999999999999 1 1 1  a.py:1",
                        "panamem: trace: there is no file " + folder.resolve("none"),
                        "panamem: trace: give it one file, or an old and a new one",
                        "panamem: trace: unknown option --top=0; allowed: --top=N, a number from 1");
    }

    @Test
    void aFileNameMayBeAnyBytes() throws IOException {
        Files.write(now, (HEAD + "1 1 1 1  \u00e9.py:1\n").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(run(now)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("  \ufffd.py:1\n");
    }
}
