package io.github.panamem.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;

/** A CPython that start-up rows and workloads run on; where is its executable, or "bundled". */
record Python(String name, String where, String debianPackage, boolean quick) {
    static Python of(RowsFile.Line line) {
        return new Python(line.text("name"), line.text("where"), line.text("package", ""), line.yes("quick"));
    }

    /** In a folder of its own where it is the bundled one, which need not be there. */
    Path executable(Place place) {
        return where.equals("bundled") ? Place.python(place.cpython().orElse(place.root())) : Path.of(where);
    }

    boolean present(Place place) {
        return Files.isExecutable(executable(place));
    }
}
