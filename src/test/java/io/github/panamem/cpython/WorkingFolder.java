package io.github.panamem.cpython;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A new folder that one run works in. With it go all processes that know it as their TMPDIR, also those that left the
 * process tree. When this JVM is ended from outside, they are ended as well.
 */
final class WorkingFolder implements AutoCloseable {
    private final Path path;
    private final Thread hook = new Thread(this::abandon);
    private volatile boolean abandoned;

    WorkingFolder() throws IOException {
        path = Files.createTempDirectory("cpython-");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            delete(path);
            throw ending;
        }
    }

    Path path() {
        return path;
    }

    /** True when this JVM is about to end: how the processes in here ended says nothing then. */
    boolean isAbandoned() {
        return abandoned;
    }

    private void abandon() {
        abandoned = true;
        endProcesses();
        try {
            delete(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws IOException {
        if (!abandoned) {
            Runtime.getRuntime().removeShutdownHook(hook);
            endProcesses();
            delete(path);
        }
    }

    /** Looks again until nobody is there: a process may fork while it is being ended. */
    private void endProcesses() {
        List<ProcessHandle> processes = processes();
        while (!processes.isEmpty()) {
            processes.forEach(ProcessHandle::destroyForcibly);
            processes.forEach(process -> process.onExit().join());
            processes = processes();
        }
    }

    private List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::worksHere).toList();
    }

    /** A process that has ended, or is somebody else's, shows no environment. */
    private boolean worksHere(ProcessHandle process) {
        try {
            byte[] environment = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/environ"));
            return List.of(new String(environment, StandardCharsets.ISO_8859_1).split("\0"))
                    .contains("TMPDIR=" + path);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Deletes all of a folder, also what nobody may write into; nothing happens when there is none. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
