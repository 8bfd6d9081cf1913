package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archives of {@code ./panamem release --runtime}, unpacked where a user might: the one with a runtime in a folder with a
 * blank and a letter that is not ASCII, which only the shell names, because a Java in the C locale could not.
 */
@Tag("jvm")
class ReleaseIT {
    private static final long MOST_RUNTIME_BYTES = 60_000_000;
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");
    private static final String WORDS =
            Place.ROOT.resolve("examples/c-harness/wordcount.c").toString();
    private static final String TEXT =
            Place.ROOT.resolve("include/panamem/abi.h").toString();

    /** The one core whose Java the tests look for; without its AOT cache the JVM ends. */
    private static final String ON_JVM = "core=jvm,boot=sync,jvm=-XX:AOTMode=on,report=exit:";

    @TempDir
    static Path releases;

    @TempDir
    static Path moved;

    @TempDir
    static Path plain;

    @TempDir
    Path folder;

    /** A system's package of the JDK may leave the modules to another package. */
    static void assumeThatTheJdkCanLink() {
        Path jdk = Path.of(System.getProperty("java.home"));
        Outcome help =
                Run.of(List.of(jdk.resolve("bin/jlink").toString(), "--help")).go();
        assumeTrue(
                Files.exists(jdk.resolve("jmods")) || help.out().contains("run-time image enabled"),
                "this JDK has no modules to link a runtime from");
    }

    @BeforeAll
    static void releaseAndUnpack() {
        assumeThatTheJdkCanLink();
        succeeds(Run.of(List.of(
                        Place.ROOT.resolve("panamem").toString(), "release", "--runtime", "--output=" + releases))
                .with("PANAMEM_TESTING", "1"));
        succeeds(shell(
                "name=$(printf 'a \\303\\251 b'); mkdir \"$1/$name\"; tar -xf \"$0\"/*-with-runtime.tar.gz -C \"$1/$name\"",
                releases.toString(),
                moved.toString()));
        succeeds(shell(
                "tar -xf \"$0\"/*-x86_64.tar.gz -C \"$1\" --strip-components=1",
                releases.toString(),
                plain.toString()));
    }

    private static Run shell(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/bin/bash", "-c", "set -e; " + script));
        command.addAll(List.of(arguments));
        return Run.of(command);
    }

    /** A script in the release with its runtime, on a machine that seems to have no other Java; $0 is a folder for it. */
    private Run inMoved(String script, String... arguments) {
        List<String> all = new ArrayList<>(List.of(folder.toString(), moved.toString()));
        all.addAll(List.of(arguments));
        return shell("cd \"$1\"/*/*; shift; " + script, all.toArray(String[]::new))
                .with("PANAMEM_JAVA_HOME", "")
                .with("JAVA_HOME", "")
                .with("PATH", "/usr/local/bin:/usr/bin:/bin")
                .with("LC_ALL", "C");
    }

    private static String succeeds(Run run) {
        Outcome outcome = run.go();
        assertThat(outcome.status()).as(outcome.err()).isZero();
        return outcome.out();
    }

    private Report report() throws IOException {
        return Report.parse(Files.readString(folder.resolve("report")));
    }

    // ---- What is in it
    // --------------------------------------------------------------------------------------------

    @Test
    void theSumsHold() {
        succeeds(shell("cd \"$0\"; sha256sum --check --strict --quiet SHA256SUMS", releases.toString()));
        succeeds(shell("cd \"$0\"; sha256sum --check --strict --quiet SHA256SUMS", plain.toString()));
        succeeds(inMoved("sha256sum --check --strict --quiet SHA256SUMS"));
        assertThat(succeeds(inMoved("find . -type f ! -name SHA256SUMS | wc -l; wc -l <SHA256SUMS"))
                        .lines()
                        .distinct())
                .hasSize(1);
    }

    @Test
    void theRuntimeIsSmall() {
        String sizes = succeeds(inMoved("find lib/panamem/runtime lib/panamem/panamem.aot -type f -printf '%s\\n'"));
        assertThat(sizes.lines().mapToLong(Long::parseLong).sum()).isBetween(20_000_000L, MOST_RUNTIME_BYTES);
    }

    @Test
    void theBillOfMaterialsNamesEachLibraryWithItsSum() throws IOException {
        String bill = Files.readString(plain.resolve("sbom.cdx.json"));
        List<String[]> libraries = Files.readAllLines(plain.resolve("SHA256SUMS")).stream()
                .map(line -> line.split("  ", 2))
                .filter(line -> line[1].matches("lib/.*\\.(so|so\\.\\d+|jar)"))
                .toList();
        assertThat(libraries).hasSizeGreaterThanOrEqualTo(4);
        assertThat(libraries).allSatisfy(line -> assertThat(bill).contains(line[0], "\"" + line[1] + "\""));
        assertThat(bill).doesNotContain("OpenJDK", "serialNumber", "timestamp");
        assertThat(succeeds(inMoved("cat sbom.cdx.json")))
                .contains("OpenJDK", "\"" + System.getProperty("java.version") + "\"");
    }

    @Test
    void whatTheTextsPointToIsThere() throws IOException {
        for (String name : List.of(
                "README.md",
                "docs/embedding.md",
                "docs/native-core.md",
                "docs/release.md",
                "docs/symbol-mode.md",
                "docs/TESTING_EXTENSIONS.md")) {
            Path text = plain.resolve(name);
            assertThat(LINK.matcher(Files.readString(text))
                            .results()
                            .map(link -> text.resolveSibling(link.group(1)).normalize()))
                    .as(name)
                    .allSatisfy(target -> assertThat(target).exists());
        }
        assertThat(Files.readString(plain.resolve("README.md")))
                .containsPattern(LINK)
                .contains("| `PANAMEM_OPTIONS` |")
                .doesNotContain("@version@");
    }

    // ---- With its runtime, in an odd folder -------------------------------------------------------------------------

    private void countsWords(String program) throws IOException {
        String counted = succeeds(inMoved(
                "bin/panamem run --options \"$1\" -- \"$2\" \"$3\" 3",
                ON_JVM + folder.resolve("report"),
                program,
                TEXT));
        assertThat(counted).contains("different words").contains(" the\n");
        assertThat(report().core()).isEqualTo("jvm");
        assertThat(report().liveBlocks()).isZero();
    }

    @Test
    void aProgramIsBuiltByPkgConfig() throws IOException {
        succeeds(inMoved(
                "export PKG_CONFIG_PATH=$PWD/lib/pkgconfig; eval \"cc -std=c17 '$1' $(pkg-config --cflags --libs panamem) -o '$0/words'\"",
                WORDS));
        countsWords(folder.resolve("words").toString());
    }

    @Test
    void aProgramIsBuiltByFindPackage() throws IOException {
        Files.writeString(folder.resolve("CMakeLists.txt"), """
                cmake_minimum_required(VERSION 3.25)
                project(words C)
                find_package(Panamem 0.1 REQUIRED)
                add_executable(words ${WORDS})
                target_link_libraries(words PRIVATE Panamem::panamem)
                """);
        succeeds(inMoved(
                "cmake -S \"$0\" -B \"$0/build\" -DCMAKE_PREFIX_PATH=\"$PWD\" -DWORDS=\"$1\" >&2; cmake --build \"$0/build\" >&2",
                WORDS));
        countsWords(folder.resolve("build/words").toString());
    }

    @Test
    void aPythonRunsOnTheRuntimeThatCameAlong() throws IOException {
        String code = "print([line for line in open('/proc/self/maps', 'rb') if b'libjvm.so' in line][0])";
        String mapped = succeeds(inMoved(
                "bin/panamem run --options \"$1\" -- \"$2\" -c \"$3\"",
                ON_JVM + folder.resolve("report"),
                Place.BUNDLED_PYTHON.toString(),
                code));
        assertThat(mapped).contains(moved.getFileName() + "/").contains("/lib/panamem/runtime/lib/server/libjvm.so");
        assertThat(report().core()).isEqualTo("jvm");
    }

    @Test
    void symbolModeWorksTooAndChildrenInheritIt() {
        String name = "import _testinternalcapi as t; print(t.pymem_getallocatorsname())";
        String child =
                "import subprocess, sys; subprocess.run([sys.executable, '-c', \"%s\"], check=True)".formatted(name);
        Run run = inMoved(
                "bin/panamem run --symbols --malloc upcall -- \"$1\" -c \"$2\"",
                Place.BUNDLED_PYTHON.toString(),
                child);
        assertThat(succeeds(run)).isEqualTo("upcall\n");
    }

    @Test
    void theDoctorFindsTheCacheFit() {
        assertThat(inMoved("bin/panamem doctor").go().out())
                .containsPattern("JDK +\\d+ \\(.*/lib/panamem/runtime\\)")
                .containsPattern("AOT cache +fits");
    }

    @Test
    void aJavaProgramFindsTheLibraryAboveTheJar() {
        Run host = inMoved("PANAMEM_STAGE=$PWD examples/java-host/run \"$1\"", TEXT)
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("PANAMEM_EXAMPLE_WORK", folder.toString())
                .with("LC_ALL", "C.UTF-8");
        assertThat(succeeds(host)).endsWith("closed with 0 live blocks\n");
    }

    // ---- Without a runtime
    // --------------------------------------------------------------------------------------------

    @Test
    void aCacheIsWrittenForTheJdkOfTheMachine() throws IOException {
        String program = plain.resolve("bin/panamem").toString();
        assertThat(Run.of(List.of(program, "doctor")).go().out()).containsPattern("AOT cache +none for this JDK");
        succeeds(Run.of(List.of(program, "cache")));
        assertThat(Run.of(List.of(program, "doctor")).go().out()).containsPattern("AOT cache +fits");
        succeeds(Run.of(List.of(
                program,
                "run",
                "--options",
                ON_JVM + folder.resolve("report"),
                "--",
                Place.BUNDLED_PYTHON.toString(),
                "-c",
                "pass")));
        assertThat(report().core()).isEqualTo("jvm");
    }

    @Test
    void aFolderThatTheLoaderCannotNameIsRefused() {
        Outcome outcome = shell(
                        "mkdir \"$0/a:b\"; tar -xf \"$1\"/*-x86_64.tar.gz -C \"$0/a:b\" --strip-components=1; \"$0/a:b/bin/panamem\" run /bin/true",
                        folder.toString(),
                        releases.toString())
                .go();
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("panamem: cannot run from ")
                .contains("a:b")
                .hasLineCount(1);
    }

    @Test
    void theCommandHasNoMoreThanItCanDo() {
        String program = plain.resolve("bin/panamem").toString();
        assertThat(succeeds(Run.of(List.of(program, "--help"))))
                .contains("  run ", "  cache\n", "  doctor\n")
                .doesNotContain("  build", "  test", "./panamem");
        Outcome build = Run.of(List.of(program, "build")).go();
        assertThat(build)
                .isEqualTo(new Outcome(2, "", "panamem: unknown command build; panamem --help lists the commands\n"));
    }
}
