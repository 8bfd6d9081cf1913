package io.github.panamem;

/** CPython's allocator domains. */
public enum Domain {
    /** PyMem_Raw*: without a thread state. */
    RAW(0),
    /** PyMem_*. */
    MEM(1),
    /** PyObject_*. */
    OBJ(2);

    private final int number;

    Domain(int number) {
        this.number = number;
    }

    /** C's number: {@code PyMemAllocatorDomain}. */
    public int number() {
        return number;
    }
}
