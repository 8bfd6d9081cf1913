package io.github.panamem.benchmarks;

/**
 * What must be there before a contender can run; each is empty where nothing must.
 *
 * @param library a shared library that the loader finds
 * @param debianPackage what brings it
 * @param given the option of the command line that names a library
 * @param file a part of the installation, below the stage folder
 */
record Needs(String library, String debianPackage, String given, String file) {
    static Needs of(RowsFile.Line line) {
        return new Needs(
                line.text("library", ""), line.text("package", ""), line.text("given", ""), line.text("needs", ""));
    }
}
