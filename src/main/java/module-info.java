/** Panamem: CPython's memory domains, managed by Java. */
module io.github.panamem {
    requires java.management;
    requires jdk.management;
    requires static org.graalvm.nativeimage;
    requires static org.graalvm.word;
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;

    exports io.github.panamem;
    exports io.github.panamem.observe;
    exports io.github.panamem.spi;
    exports io.github.panamem.test;
}
