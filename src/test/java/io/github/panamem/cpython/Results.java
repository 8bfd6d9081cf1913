package io.github.panamem.cpython;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where results are kept, so that no run is repeated and a series that was cut off goes on: per side, test file and attempt
 * the XML, what was printed, and how it ended. The last is written last, and only then the result is there.
 */
record Results(Path folder) {
    /** Where one attempt's files lie. */
    record Slot(Path folder, int attempt) {
        Path xml() {
            return folder.resolve(attempt + ".xml");
        }

        Path log() {
            return folder.resolve(attempt + ".log");
        }

        Path end() {
            return folder.resolve(attempt + ".end");
        }
    }

    Slot slot(Side side, String file, int attempt) {
        return new Slot(folder.resolve(side.folder()).resolve(file), attempt);
    }

    Optional<Result> find(Slot slot) throws IOException {
        if (!Files.exists(slot.end())) {
            return Optional.empty();
        }
        String[] end = Files.readString(slot.end()).strip().split(" ");
        Verdicts verdicts = Verdicts.read(slot.xml(), slot.log());
        return Optional.of(new Result(Integer.parseInt(end[0]), Long.parseLong(end[1]), verdicts));
    }

    /** Makes room for an attempt; what a run that was cut off left is gone. */
    void begin(Slot slot) throws IOException {
        Files.createDirectories(slot.folder());
        Files.deleteIfExists(slot.end());
        Files.deleteIfExists(slot.xml());
        Files.deleteIfExists(slot.log());
    }

    Result keep(Slot slot, int status, long seconds) throws IOException {
        Path begun = slot.folder().resolve(slot.attempt() + ".begun");
        Files.writeString(begun, status + " " + seconds + "\n");
        Files.move(begun, slot.end(), StandardCopyOption.ATOMIC_MOVE);
        return find(slot).orElseThrow();
    }

    /** Forgets all attempts at a file. */
    void forget(Side side, String file) throws IOException {
        WorkingFolder.delete(folder.resolve(side.folder()).resolve(file));
    }
}
