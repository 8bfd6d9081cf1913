package io.github.panamem.heap;

import java.util.Arrays;

/** A set of addresses that makes garbage only when it grows: open addressing, with 0 for an empty place. */
final class AddressSet {
    private static final int FIRST_PLACES = 1 << 10;

    /** The golden ratio's bits: it spreads the multiples of 16 that addresses of blocks are. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] places = new long[FIRST_PLACES];
    private int count;

    void clear() {
        Arrays.fill(places, 0);
        count = 0;
    }

    /** False when the address, which is not 0, was there already. */
    boolean add(long address) {
        if (2 * count >= places.length) {
            grow();
        }
        int place = place(address);
        if (places[place] == address) {
            return false;
        }
        places[place] = address;
        count++;
        return true;
    }

    private void grow() {
        long[] before = places;
        places = new long[2 * before.length];
        for (long address : before) {
            if (address != 0) {
                places[place(address)] = address;
            }
        }
    }

    /** Where it is, or where it would be. */
    private int place(long address) {
        int mask = places.length - 1;
        int place = (int) (address * SPREAD >>> Integer.SIZE) & mask;
        while (places[place] != 0 && places[place] != address) {
            place = (place + 1) & mask;
        }
        return place;
    }
}
