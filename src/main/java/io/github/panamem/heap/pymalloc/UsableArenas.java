package io.github.panamem.heap.pymalloc;

/**
 * The arenas that have a free pool, fewest free pools first: allocation fills the fullest arena, so that the others get a
 * chance to become wholly free.
 *
 * <pre>
 *   usable ► 1 free ⇄ 1 free ⇄ 3 free ⇄ 60 free
 *                     ▲last(1) ▲last(3) ▲last(60)        last(n): where an arena with n free pools ends; else 0
 * </pre>
 *
 * <p>Every move is made with these ends alone, so none depends on the number of arenas.
 */
final class UsableArenas {
    private UsableArenas() {}

    /** The arena to take a pool from, or 0. */
    static int first() {
        return State.usableArenas();
    }

    /** Links an arena while there is no other. */
    static void addOnly(int arena, int freePools) {
        ArenaSlot.setNext(arena, 0);
        ArenaSlot.setPrevious(arena, 0);
        State.setUsableArenas(arena);
        State.setLastArena(freePools, arena);
    }

    /** The first arena is about to have one free pool less: it stays first, or leaves with its last pool. */
    static void firstLosesPool(int arena, int freePoolsBefore) {
        if (State.lastArena(freePoolsBefore) == arena) {
            State.setLastArena(freePoolsBefore, 0);
        }
        if (freePoolsBefore > 1) {
            State.setLastArena(freePoolsBefore - 1, arena);
        } else {
            unlink(arena);
        }
    }

    /** The arena, with a pool more than before, goes where it now belongs: an arena that had none joins. */
    static void gainsPool(int arena, int freePoolsBefore) {
        int freePools = freePoolsBefore + 1;
        int lastBefore = State.lastArena(freePoolsBefore);
        leaveRank(arena, freePoolsBefore, lastBefore);
        if (State.lastArena(freePools) == 0) {
            State.setLastArena(freePools, arena);
        }
        if (freePoolsBefore == 0) {
            linkFirst(arena);
        } else if (arena != lastBefore) {
            unlink(arena);
            linkAfter(arena, lastBefore);
        }
    }

    /** The arena, wholly free but for a pool that just came back, leaves. */
    static void remove(int arena, int freePoolsBefore) {
        leaveRank(arena, freePoolsBefore, State.lastArena(freePoolsBefore));
        unlink(arena);
    }

    private static void leaveRank(int arena, int freePools, int last) {
        if (last == arena) {
            int previous = ArenaSlot.previous(arena);
            boolean sameRank = previous != 0 && ArenaSlot.freePools(previous) == freePools;
            State.setLastArena(freePools, sameRank ? previous : 0);
        }
    }

    private static void linkFirst(int arena) {
        int first = State.usableArenas();
        ArenaSlot.setPrevious(arena, 0);
        ArenaSlot.setNext(arena, first);
        if (first != 0) {
            ArenaSlot.setPrevious(first, arena);
        }
        State.setUsableArenas(arena);
    }

    private static void linkAfter(int arena, int other) {
        int next = ArenaSlot.next(other);
        ArenaSlot.setPrevious(arena, other);
        ArenaSlot.setNext(arena, next);
        ArenaSlot.setNext(other, arena);
        if (next != 0) {
            ArenaSlot.setPrevious(next, arena);
        }
    }

    private static void unlink(int arena) {
        int previous = ArenaSlot.previous(arena);
        int next = ArenaSlot.next(arena);
        if (previous == 0) {
            State.setUsableArenas(next);
        } else {
            ArenaSlot.setNext(previous, next);
        }
        if (next != 0) {
            ArenaSlot.setPrevious(next, previous);
        }
    }
}
