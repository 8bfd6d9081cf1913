/** Panamem: CPython's memory domains, managed by Java. */
module io.github.panamem {
    requires jdk.management;
    requires static org.jspecify;
}
