package io.github.panamem.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Java loads no class after its upcall serves: a program may have closed the JVM's files. A program that works hard makes it
 * load what one does that ends at once, and no more.
 */
class LateClassesIT {
    private static final String[] REST = {"--start", "no-such-scenario"};
    private static final String[] WORK = {
        "--start", "sizes", "random", "threads", "remote-frees", "thread-ends", "limit", "purge"
    };

    /** What a concurrent map of the JVM asks for when two threads meet in it, which they seldom do. */
    private static final String IN_A_RACE = "java.util.concurrent.ThreadLocalRandom";

    private static final int MOST_MADE = 14;

    @TempDir
    private Path folder;

    /** The cache's classes are all loaded when the JVM starts; those of a jar alone, when they are first used. */
    @ParameterizedTest
    @CsvSource({"arena, auto", "upcall, auto", "pymalloc, auto", "arena, off", "pymalloc, off"})
    void workLoadsNoClass(String malloc, String cache) throws IOException {
        List<String> late = loaded(malloc, cache, 0, WORK);
        List<String> early = loaded(malloc, cache, 2, REST);
        for (String name : early) {
            late.remove(name);
        }
        assertThat(late).isEmpty();
        assertThat(early).contains(IN_A_RACE);
    }

    /** Each takes a millisecond of the start: some of java.lang.foreign's upcall cannot be helped. LambdaForms has the others. */
    @Test
    void aStartMakesFewClassesThatTheCacheCannotHold() throws IOException {
        Path log = folder.resolve("classes");
        Outcome outcome = Run.harness(REST)
                .options("boot=sync,jvm=-Xlog:class+load:file=" + log + ":none")
                .go();
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(2);
        assertThat(Files.readAllLines(log))
                .anyMatch(line -> line.endsWith("source: shared objects file"))
                .filteredOn(line -> !line.endsWith("source: shared objects file"))
                .hasSizeLessThanOrEqualTo(MOST_MADE)
                .anyMatch(line -> line.contains("jdk.internal.foreign.abi.UpcallStub"))
                .noneMatch(line -> line.contains("DowncallStub"));
    }

    /** The names of the classes that Java loads, as often as it does; without what makes hidden classes' names unique. */
    private List<String> loaded(String malloc, String cache, int status, String[] scenarios) throws IOException {
        Path log = folder.resolve("classes-" + malloc + scenarios.length);
        Outcome outcome = Run.harness(scenarios)
                .malloc(malloc)
                .options("boot=sync,jvm=-XX:AOTMode=" + cache + " -Xlog:class+load:file=" + log + ":none")
                .go();
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(status);
        List<String> names = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            names.add(line.replaceFirst("[/+]0x.*| source: .*", ""));
        }
        assertThat(names).contains("io.github.panamem.bridge.Boot");
        return names;
    }
}
