package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The C harness under every allocator: it works hard, nothing stays alive, and the heap check finds nothing. */
class HarnessIT {
    private static final String JAVA = "java:" + SystemAllocator.class.getName();
    private static final Set<String> PEERS = Set.of("mimalloc", "jemalloc", "tcmalloc");
    private static final List<String> NAMES =
            List.of("arena", "upcall", "pymalloc", "malloc", "mimalloc", "jemalloc", "tcmalloc", JAVA);
    /** What each allocator is tried with in every build; the rest is for {@code ./panamem test --all}. */
    private static final List<Mode> FIRST = List.of(
            new Mode("arena", "sync"),
            new Mode("arena", "async"),
            new Mode("upcall", "sync"),
            new Mode("pymalloc", "sync"),
            new Mode("hardened", "sync"),
            new Mode("guard", "sync"),
            new Mode("arena_debug", "sync"),
            new Mode(JAVA, "sync"),
            new Mode("mimalloc", "sync"));

    @TempDir
    Path folder;

    private record Mode(String malloc, String boot) {
        /** Java serves, and there is a heap to check. */
        boolean checked() {
            return whole() || List.of("pymalloc", "hardened", "guard").contains(base());
        }

        /** All blocks lie in Panamem's range, so that limits, the walk and the purge concern them. */
        boolean whole() {
            return List.of("arena", "upcall").contains(base());
        }

        String base() {
            return malloc.replaceFirst("_debug$", "");
        }

        @Override
        public String toString() {
            return malloc.replaceFirst("java:.*\\.", "java:…") + ", boot=" + boot;
        }
    }

    @TestFactory
    Stream<DynamicTest> passesInTheUsualModes() {
        return FIRST.stream().map(this::passes);
    }

    @Tag("long")
    @TestFactory
    Stream<DynamicTest> passesInAllOtherModes() {
        return NAMES.stream()
                .flatMap(name -> Stream.of(name, name + "_debug"))
                .flatMap(name -> Stream.of(new Mode(name, "sync"), new Mode(name, "async")))
                .filter(mode -> !FIRST.contains(mode))
                .map(this::passes);
    }

    private DynamicTest passes(Mode mode) {
        return DynamicTest.dynamicTest(mode.toString(), () -> pass(mode));
    }

    private void pass(Mode mode) throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = harness(mode)
                .options("boot=" + mode.boot() + ",report=exit:" + report + classPath(mode))
                .go();
        Assumptions.assumeFalse(
                PEERS.contains(mode.base()) && outcome.err().contains("cannot load"),
                () -> outcome.err().strip());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.said("active")).isEqualTo(mode.malloc());
        assertThat(outcome.said("live")).isEqualTo("0");
        assertThat(Report.parse(Files.readString(report)).liveBlocks()).isZero();
        if (mode.checked()) {
            assertThat(outcome.said("core")).isEqualTo(mode.base().startsWith("java:") ? "jvm" : Place.CORE);
            assertThat(outcome.said("check")).isEqualTo("1");
        }
        assertThat(outcome.out().contains("skip ")).isNotEqualTo(mode.whole());
    }

    @Test
    void zeroingPasses() {
        Outcome outcome = Run.harness()
                .malloc("hardened")
                .options("boot=sync,hardened=zero")
                .go();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.said("live")).isEqualTo("0");
        assertThat(outcome.said("check")).isEqualTo("1");
    }

    private static Run harness(Mode mode) {
        Run run = Run.harness().malloc(mode.malloc());
        return PEERS.contains(mode.base()) ? run.with("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=8192") : run;
    }

    private static String classPath(Mode mode) {
        return mode.base().startsWith("java:") ? ",classpath=" + Place.ROOT.resolve("src/target/test-classes") : "";
    }

    /** Two threads work a million operations, remote frees and large blocks included, after as many to warm up. */
    @TestFactory
    Stream<DynamicTest> makesNoGarbage() {
        return Stream.of("arena", "upcall")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Outcome outcome = Run.harness("garbage").malloc(name).go();
                    assertThat(outcome.err()).isEmpty();
                    assertThat(outcome.said("garbage")).isEqualTo("0");
                    assertThat(outcome.said("check")).isEqualTo("1");
                }));
    }

    @Test
    void panamemStartWaitsForJava() {
        Outcome outcome = Run.harness("--start", "edges").go();
        assertThat(outcome.said("start")).isEqualTo("0");
        assertThat(outcome.said("core")).isEqualTo(Place.CORE);
    }

    @Test
    void aSmallRangeIsEnoughForSmallWork() {
        Outcome outcome = Run.harness("sizes", "edges", "random", "walk")
                .options("range=64m,boot=sync")
                .go();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.said("check")).isEqualTo("1");
    }
}
