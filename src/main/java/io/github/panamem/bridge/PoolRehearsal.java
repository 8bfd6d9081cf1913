package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.abi.panamem_py_arena;
import io.github.panamem.abi.panamem_py_leaf;
import io.github.panamem.abi.panamem_pymalloc;
import io.github.panamem.memory.Memory;
import java.lang.foreign.Arena;

/**
 * The rehearsal of the POOL entries, on a stage of which C has offered two arenas: they are divided, filled, emptied, and
 * one of them is released.
 */
final class PoolRehearsal {
    private static final int BIN = PANAMEM_PY_BINS() + PANAMEM_PY_CLASSES();
    private static final long STATE = panamem_heap.pymalloc$offset();
    private static final int ARENAS = 2;

    private PoolRehearsal() {}

    /** The core is attached to the stage. */
    static void play(long stage) {
        try (Arena props = Arena.ofConfined()) {
            set(stage, props);
            long thread = Stage.thread(BIN);
            long blocks = (long) PANAMEM_PY_POOL_BYTES() / PANAMEM_PY_SMALL_MAX_BYTES();
            long arenaBlocks = blocks * PANAMEM_PY_ARENA_POOLS();
            long[] taken = new long[(int) arenaBlocks + Stage.SLOTS];
            int count = 0;
            while (count < arenaBlocks) {
                int pushed = (int) Entries.poolRefill(thread, BIN, Stage.SLOTS);
                if (pushed == 0) {
                    break;
                }
                for (int i = 0; i < pushed; i++) {
                    taken[count++] = Stage.readyBlock(thread, BIN, i);
                }
                Stage.emptyMagazine(thread, BIN);
            }
            while (count > 0) {
                Stage.fillMagazine(thread, BIN, taken[--count]);
                Entries.poolFlush(thread, BIN, 1);
                Stage.emptyMagazine(thread, BIN);
            }
            Entries.check(thread, 0, 0);
            Memory.zero(stage + STATE, panamem_pymalloc.sizeof());
        }
    }

    /** What C does before it asks again: slots, arenas, and map nodes, here one of each depth for all addresses. */
    private static void set(long stage, Arena props) {
        long state = stage + STATE;
        long table = allocate(props, (ARENAS + 1) * panamem_py_arena.sizeof());
        long root = allocate(props, (long) Long.BYTES << PANAMEM_PY_TOP_BITS());
        long mid = allocate(props, (long) Long.BYTES << PANAMEM_PY_MID_BITS());
        long bot = allocate(props, panamem_py_leaf.sizeof() << PANAMEM_PY_BOT_BITS());
        Memory.putInt(state + panamem_pymalloc.arena_slots$offset(), ARENAS + 1);
        Memory.putLong(state + panamem_pymalloc.arenas$offset(), table);
        Memory.putLong(state + panamem_pymalloc.map_root$offset(), root);
        Memory.putLong(state + panamem_pymalloc.arenas_now$offset(), ARENAS);
        for (int arena = ARENAS; arena > 0; arena--) {
            long address = allocate(props, PANAMEM_PY_ARENA_BYTES());
            long slot = table + arena * panamem_py_arena.sizeof();
            Memory.putLong(slot + panamem_py_arena.address$offset(), address);
            Memory.putInt(slot + panamem_py_arena.nextarena$offset(), arena == ARENAS ? 0 : arena + 1);
            link(root, mid, bot, address);
            link(root, mid, bot, address + PANAMEM_PY_ARENA_BYTES() - 1);
        }
        Memory.putInt(state + panamem_pymalloc.offered_arenas$offset(), 1);
    }

    private static void link(long root, long mid, long bot, long address) {
        int midShift = PANAMEM_PY_ARENA_SHIFT() + PANAMEM_PY_BOT_BITS();
        long midIndex = address >>> midShift & (1L << PANAMEM_PY_MID_BITS()) - 1;
        Memory.putLong(root + (address >>> midShift + PANAMEM_PY_MID_BITS()) * Long.BYTES, mid);
        Memory.putLong(mid + midIndex * Long.BYTES, bot);
    }

    private static long allocate(Arena props, long bytes) {
        return props.allocate(bytes, Long.BYTES).address();
    }
}
