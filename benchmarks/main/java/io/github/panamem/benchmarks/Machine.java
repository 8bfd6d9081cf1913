package io.github.panamem.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What figures must be read with: where, when and with what they were measured. */
final class Machine {
    private static final List<String> PACKAGES =
            List.of("libc6", "libmimalloc2.0", "libjemalloc2", "libtcmalloc-minimal4", "python3.11-minimal", "gcc");

    private Machine() {}

    static Map<String, String> facts(Place place) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " available");
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("java", Runtime.version().toString());
        packages().ifPresent(versions -> facts.put("packages", versions));
        facts.put("load before", Files.readString(Path.of("/proc/loadavg")).strip());
        facts.put("commit", commit(place.root()).orElse("unknown"));
        return facts;
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    /** With "-dirty" when the tree differs from its commit. */
    private static Optional<String> commit(Path root) {
        return answer("git", "-C", root.toString(), "describe", "--always", "--dirty");
    }

    /** Versions of those that are installed. */
    private static Optional<String> packages() {
        List<String> command = new ArrayList<>(List.of("dpkg-query", "-W", "-f", "${Package} ${Version}, "));
        command.addAll(PACKAGES);
        return answer(command.toArray(String[]::new)).map(text -> text.replaceAll(",$", ""));
    }

    /** What a command prints; empty without it, for the figures stand without it too. */
    private static Optional<String> answer(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
