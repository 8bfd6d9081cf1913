package io.github.panamem.test;

import io.github.panamem.bridge.Testing;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every request of a test method, refused once. A JVM of its own tries one after the other; when it ends before all are tried,
 * that is the verdict on the one that it was at, and another JVM goes on behind it.
 */
final class Trials {
    static final String PROPERTIES = "properties";
    static final String KNOWN = "known";
    static final String PROGRESS = "progress";

    private static final String SAID = "said";
    private static final int SAID_MOST = 4000;
    private static final long LOOK_MILLIS = 50;
    private static final int START_SECONDS = 60;
    private static final Pattern SIGNAL = Pattern.compile("#  (SIG[A-Z]+) ");

    private final Method method;
    private final FailsCleanly how;
    private final Findings findings = new Findings();
    private final Set<String> known = new LinkedHashSet<>();
    private long requests;

    Trials(Method method, FailsCleanly how) {
        this.method = method;
        this.how = how;
    }

    /** The report, or "". */
    String run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("panamem-trials");
        try {
            writeProperties(folder);
            long next = 1;
            while (next > 0) {
                next = runJvm(folder, next);
            }
            return findings.report(requests);
        } finally {
            delete(folder);
        }
    }

    // ---- One JVM ---------------------------------------------------------------------------------------------------

    /** The request that another JVM is to begin with; 0: all are tried. */
    private long runJvm(Path folder, long first) throws IOException, InterruptedException {
        Files.write(folder.resolve(KNOWN), known);
        Files.deleteIfExists(folder.resolve(PROGRESS));
        Process process = new ProcessBuilder(command(folder, first))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(SAID).toFile())
                .start();
        String hang = watch(folder, process);
        Progress.Tried unfinished = take(folder);
        String said = said(folder);
        if (unfinished != null) {
            add(unfinished, ended(process.exitValue(), hang, said));
            return unfinished.number() + 1;
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("panamem: the test method does not work in a JVM of its own, with nothing refused "
                    + "(@FailsCleanly tells what is done there):\n" + said);
        }
        return 0;
    }

    private List<String> command(Path folder, long first) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib:") && !flag.startsWith("-javaagent:"))
                .forEach(command::add);
        command.addAll(List.of(
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("error"),
                "-cp",
                System.getProperty("java.class.path"),
                TrialMain.class.getName(),
                folder.toString(),
                method.getDeclaringClass().getName(),
                method.getName(),
                Long.toString(first)));
        return command;
    }

    /** Waits for its end; one that hangs is killed, and the answer says how. */
    private @Nullable String watch(Path folder, Process process) throws IOException, InterruptedException {
        long at = -1;
        long since = System.nanoTime();
        Duration cpuBefore = Duration.ZERO;
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            Duration cpu = process.info().totalCpuDuration().orElse(Duration.ZERO);
            long now = lines(folder).size();
            if (now != at) {
                at = now;
                since = System.nanoTime();
                cpuBefore = cpu;
            }
            boolean isBusy = at > 0 && cpu.minus(cpuBefore).toSeconds() >= how.cpuSeconds();
            int seconds = at > 0 ? how.seconds() : Math.max(how.seconds(), START_SECONDS);
            if (isBusy || System.nanoTime() - since > TimeUnit.SECONDS.toNanos(seconds)) {
                process.destroyForcibly().waitFor();
                return isBusy ? "it goes on for ever, busy" : "it goes on for ever, without work";
            }
        }
        return null;
    }

    private static Trial.Result ended(int status, @Nullable String hang, String said) {
        if (hang != null) {
            return new Trial.Result("hang", hang, said);
        }
        if (status == Testing.HANGS) {
            return new Trial.Result("hang", "it goes on asking for memory", said);
        }
        Matcher signal = SIGNAL.matcher(said);
        if (signal.find()) {
            return new Trial.Result("crash", "it ends by " + signal.group(1), said);
        }
        return status > 128
                ? new Trial.Result("crash", "it ends by signal " + (status - 128), said)
                : new Trial.Result("wrong result", "it ends the process with status " + status, said);
    }

    // ---- What it has written down
    // ------------------------------------------------------------------------------------

    private static List<String> lines(Path folder) throws IOException {
        Path file = folder.resolve(PROGRESS);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Takes in what was found; the request that was tried last, unless that was judged. */
    private Progress.@Nullable Tried take(Path folder) throws IOException {
        Progress.Tried last = null;
        for (String line : lines(folder)) {
            switch (Progress.parse(line)) {
                case Progress.Counted counted -> requests = counted.requests();
                case Progress.Tried tried -> last = tried;
                case Progress.Judged judged -> {
                    if (last != null) {
                        add(last, judged.result());
                    }
                    last = null;
                }
            }
        }
        return last;
    }

    private void add(Progress.Tried tried, Trial.Result result) {
        findings.add(tried, result);
        if (result.verdict().equals("crash") || result.verdict().equals("hang")) {
            known.add(tried.site());
        }
    }

    private static String said(Path folder) throws IOException {
        String said = Files.readString(folder.resolve(SAID));
        return said.length() > SAID_MOST ? said.substring(0, SAID_MOST) : said;
    }

    // ---- The folder
    // --------------------------------------------------------------------------------------------------

    /** Those that were set while this JVM ran are not among its arguments. */
    private static void writeProperties(Path folder) throws IOException {
        Properties properties = new Properties();
        properties.putAll(System.getProperties());
        try (Writer writer = Files.newBufferedWriter(folder.resolve(PROPERTIES))) {
            properties.store(writer, null);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
