package io.github.panamem.heap.pymalloc;

/** Per size class, the pools that have both a free block and a block out, most recently listed first. */
final class UsedPools {
    private UsedPools() {}

    static void listFirst(int sizeClass, long pool) {
        long first = State.usedPools(sizeClass);
        PoolHeader.setPrevious(pool, 0);
        PoolHeader.setNext(pool, first);
        if (first != 0) {
            PoolHeader.setPrevious(first, pool);
        }
        State.setUsedPools(sizeClass, pool);
        PoolHeader.setListed(pool, true);
    }

    static void unlist(int sizeClass, long pool) {
        long previous = PoolHeader.previous(pool);
        long next = PoolHeader.next(pool);
        if (previous == 0) {
            State.setUsedPools(sizeClass, next);
        } else {
            PoolHeader.setNext(previous, next);
        }
        if (next != 0) {
            PoolHeader.setPrevious(next, previous);
        }
        PoolHeader.setNext(pool, 0);
        PoolHeader.setPrevious(pool, 0);
        PoolHeader.setListed(pool, false);
    }
}
