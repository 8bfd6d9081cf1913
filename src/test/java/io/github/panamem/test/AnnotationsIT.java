package io.github.panamem.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.endtoend.Outcome;
import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The annotations find each planted bug of {@link Planted} and pass what is right, as text and as JSON. */
class AnnotationsIT {
    private static final Pattern AGAIN = Pattern.compile("again: PANAMEM_OPTIONS=(\\S+)");

    @TempDir
    Path folder;

    private Path library;

    @BeforeEach
    void compile() {
        library = folder.resolve("libplanted.so");
        Outcome compiler = Run.of(List.of(
                        "cc",
                        "-std=c17",
                        "-g",
                        "-O1",
                        "-shared",
                        "-fPIC",
                        "-I" + Place.STAGE.resolve("include"),
                        Place.ROOT.resolve("src/test/resources/junit/planted.c").toString(),
                        Place.LIBRARY.toString(),
                        "-o",
                        library.toString()))
                .go();
        assertThat(compiler).isEqualTo(new Outcome(0, "", ""));
    }

    private Outcome run(String options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("error"),
                "-Dpanamem.library=" + Place.LIBRARY,
                "-D" + Planted.LIBRARY + "=" + library,
                "-cp",
                System.getProperty("java.class.path"),
                PlantedMain.class.getName()));
        command.addAll(List.of(arguments));
        return Run.linked(command).options(options).go();
    }

    /** What each test came to. */
    private static Map<String, String> results(Outcome outcome) {
        assertThat(outcome.status()).as(outcome.err()).isZero();
        Map<String, String> results = new TreeMap<>();
        for (String result : outcome.out().split("(?m)^@")) {
            if (!result.isEmpty()) {
                results.put(result.substring(0, result.indexOf('(')), result.substring(result.indexOf(' ') + 1));
            }
        }
        return results;
    }

    @Test
    void eachBugIsFoundAndNothingElse() {
        Map<String, String> results = results(run(""));
        String failed = "java.lang.AssertionError: panamem: ";
        results.forEach(
                (test, result) -> assertThat(result).as(test).startsWith(test.startsWith("right") ? "passed" : failed));
        assertThat(results).hasSize(13);
        assertThat(results.get("leakLostBuffer"))
                .startsWith(failed + "leak: one call leaves 1 block, 333 bytes, in 1 place\n")
                .contains("    lost_buffer ");
        assertThat(results.get("leakByOneCall")).startsWith(failed + "leak: one call leaves 1 block, 333 bytes");
        assertThat(results.get("allocationsTwo"))
                .startsWith(failed + "one call makes 2 requests, and may make 1\n")
                .contains("  requested, thread 0x");
        assertThat(results.get("crashUnchecked"))
                .startsWith(failed + "crash: request 2 of the call is refused, and it ends by SIGSEGV\n")
                .contains("  the request: 64 bytes, domain MEM\n", "    unchecked ", " 1 clean, 1 crash, at 1 site\n");
        assertThat(results.get("leakOnError"))
                .startsWith(failed + "leak: request 1 of the call is refused, and it leaves blocks\n")
                .contains(" 2 leak, at 2 sites\n");
        assertThat(results.get("wrongHidden")).startsWith(failed + "wrong result: request 1 of the call is refused");
        assertThat(results.get("wrongError"))
                .startsWith(failed + "wrong result: request 1 of the call is refused")
                .contains("    | java.lang.OutOfMemoryError: clean\n");
        assertThat(results.get("hangEndless"))
                .startsWith(failed + "hang: request 1 of the call is refused, and it goes on asking for memory\n");
    }

    @Test
    void theLineDoesItAgainInThisJvm() {
        Matcher again = AGAIN.matcher(results(run("", "crashUnchecked")).get("crashUnchecked"));
        assertThat(again.find()).isTrue();
        assertThat(again.group(1)).startsWith("fail=1:site=libplanted.so+0x").endsWith(":test");
        Outcome crashed = run(again.group(1), "crashUnchecked");
        assertThat(crashed.status()).isNotZero();
        assertThat(crashed.out()).contains("#  SIGSEGV (0x");
    }

    @Test
    void jsonIsALineForEach() {
        assertThat(results(run("format=json", "leakLostBuffer")).get("leakLostBuffer"))
                .startsWith("java.lang.AssertionError: {\"panamem_leak\":1,\"blocks\":1,\"bytes\":333,\"calls\":8,");
        assertThat(results(run("format=json", "crashUnchecked")).get("crashUnchecked"))
                .startsWith(
                        "java.lang.AssertionError: {\"panamem_fail\":1,\"verdict\":\"crash\",\"how\":\"it ends by SIGSEGV\","
                                + "\"request\":2,\"bytes\":64,\"domain\":\"MEM\",\"refused\":{\"thread\":\"0x")
                .contains("\n{\"panamem_fail_sum\":1,\"requests\":2,\"clean\":1,\"crash\":1,\"sites\":1}");
    }

    @Test
    void anAllocatorWithoutHooksIsRefused() {
        Outcome outcome = Run.linked(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dpanamem.library=" + Place.LIBRARY,
                        "-D" + Planted.LIBRARY + "=" + library,
                        "-cp",
                        System.getProperty("java.class.path"),
                        PlantedMain.class.getName(),
                        "leakLostBuffer"))
                .malloc("arena")
                .go();
        assertThat(outcome.out())
                .contains(
                        "IllegalStateException: panamem: tests of leaks and of refused requests need the debug hooks: set"
                                + " PANAMEM_MALLOC=debug or <name>_debug");
    }
}
