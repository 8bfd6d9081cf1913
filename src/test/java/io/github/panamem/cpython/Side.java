package io.github.panamem.cpython;

import io.github.panamem.endtoend.Place;
import io.github.panamem.endtoend.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One of the two that are compared.
 *
 * @param folder the name of the folder with its results; another name for another build
 * @param launcher a command → how it is run
 */
record Side(String folder, Function<List<String>, Run> launcher) {
    private static final int KEY_LENGTH = 12;

    static Side stock(Interpreter python) {
        return new Side("%s-%s-stock".formatted(python.version(), python.build()), Run::of);
    }

    static Side panamem(Interpreter python) throws IOException {
        String folder = "%s-%s-panamem-%s".formatted(python.version(), python.build(), installation());
        return new Side(folder, Run::preloaded);
    }

    /** Differs when the libraries, the jar, the JDK or the core differ. The jar's AOT cache is no fact: it changes with every build. */
    private static String installation() throws IOException {
        MessageDigest digest = sha256();
        digest.update((Runtime.version() + Place.CORE).getBytes(StandardCharsets.UTF_8));
        try (Stream<Path> files = Files.walk(Place.LIBRARY_FOLDER)) {
            for (Path file : files.filter(Side::holdsCode).sorted().toList()) {
                digest.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_LENGTH);
    }

    private static boolean holdsCode(Path file) {
        return Files.isRegularFile(file) && file.toString().matches(".*\\.(so|jar)");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
