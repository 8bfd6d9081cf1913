package io.github.panamem.benchmarks;

/** Something that is measured for several contenders: its name on the command line and in JSON, and its title for people. */
interface Row {
    String name();

    String title();
}
