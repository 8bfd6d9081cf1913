/** Panamem: CPython's memory domains, managed by Java. */
module io.github.panamem {
    requires static org.jspecify;
}
