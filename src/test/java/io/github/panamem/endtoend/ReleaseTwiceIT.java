package io.github.panamem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two trees with the same sources, built in different folders, times and environments, make the same archives. */
@Tag("long")
class ReleaseTwiceIT {
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final List<String> NOT_SOURCES = List.of("target", ".git");

    @TempDir
    Path folder;

    /** What a fresh clone would hold. */
    private static void copySources(Path to) throws IOException {
        Files.walkFileTree(Place.ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes) throws IOException {
                if (NOT_SOURCES.contains(from.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(Place.ROOT.relativize(from)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path from, BasicFileAttributes attributes) throws IOException {
                if (!NOT_SOURCES.contains(from.getFileName().toString())) {
                    Files.copy(from, to.resolve(Place.ROOT.relativize(from)), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private Map<String, Path> release(Path tree, String mask, String zone) throws IOException {
        copySources(tree);
        Path releases = folder.resolve("of-" + tree.getFileName());
        String command = "umask " + mask + "; exec ./panamem release --runtime --output=\"$0\"";
        Outcome outcome = Run.of(List.of("/bin/sh", "-c", command, releases.toString()))
                .with("TZ", zone)
                .in(tree)
                .patience(PATIENCE)
                .go();
        assertThat(outcome.status()).as(outcome.err()).isZero();
        Map<String, Path> files = new TreeMap<>();
        try (var found = Files.list(releases)) {
            found.forEach(file -> files.put(file.getFileName().toString(), file));
        }
        return files;
    }

    @Test
    void theBytesAreTheSame() throws IOException {
        ReleaseIT.assumeThatTheJdkCanLink();
        Map<String, Path> first = release(folder.resolve("tree"), "022", "UTC");
        Map<String, Path> second = release(folder.resolve("another/much/longer/place"), "077", "Asia/Tokyo");
        assertThat(first).hasSize(5);
        assertThat(second.keySet()).isEqualTo(first.keySet());
        assertThat(first).allSatisfy((name, file) -> assertThat(file).hasSameBinaryContentAs(second.get(name)));
    }
}
