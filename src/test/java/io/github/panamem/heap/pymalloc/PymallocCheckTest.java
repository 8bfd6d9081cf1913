package io.github.panamem.heap.pymalloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.memory.Memory;
import io.github.panamem.testing.TestPymalloc;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The check finds each equation of abi.h when it is broken by hand. */
class PymallocCheckTest {
    private static final int SIZE_CLASS = 20;

    private long block;
    private long pool;
    private int arena;

    @BeforeEach
    void twoArenasInUse() {
        TestPymalloc c = TestPymalloc.start();
        for (int i = 0; i < 64; i++) {
            for (int j = 0; j < PoolHeader.blocks(SIZE_CLASS); j++) {
                block = c.malloc(SIZE_CLASS);
            }
        }
        long first = block;
        c.malloc(3);
        c.malloc(SIZE_CLASS);
        block = c.malloc(SIZE_CLASS);
        c.free(SIZE_CLASS, block);
        c.free(SIZE_CLASS, first);
        c.free(3, c.malloc(4));
        pool = PoolHeader.of(block);
        arena = PoolHeader.arena(pool);
        assertThat(PymallocCheck.finding()).isNull();
    }

    @Test
    void countOfBlocksOut() {
        PoolHeader.setCount(pool, PoolHeader.count(pool) + 1);
        assertThat(PymallocCheck.finding()).contains("blocks out");
    }

    @Test
    void freeListThatLeavesItsPool() {
        Memory.putLong(block, pool + PoolHeader.POOL_BYTES + 48);
        assertThat(PymallocCheck.finding()).contains("free list holds");
    }

    @Test
    void freeListThatRunsInACircle() {
        Memory.putLong(block, block);
        assertThat(PymallocCheck.finding()).contains("free list holds");
    }

    @Test
    void poolThatIsNotListed() {
        PoolHeader.setListed(pool, false);
        assertThat(PymallocCheck.finding()).contains("listed and full contradict");
    }

    @Test
    void usedListThatLostAPool() {
        State.setUsedPools(SIZE_CLASS, PoolHeader.next(State.usedPools(SIZE_CLASS)));
        assertThat(PymallocCheck.finding()).contains("used pools of size class 20");
    }

    @Test
    void usedListThatEndsEarly() {
        PoolHeader.setNext(State.usedPools(SIZE_CLASS), 0);
        assertThat(PymallocCheck.finding()).contains("size class 20 lists");
    }

    @Test
    void poolOfAnotherArena() {
        PoolHeader.setArena(pool, arena == 1 ? 2 : 1);
        assertThat(PymallocCheck.finding()).contains("names another arena");
    }

    @Test
    void poolOfNoClass() {
        PoolHeader.setSizeClass(pool, 32);
        assertThat(PymallocCheck.finding()).contains("szidx");
    }

    @Test
    void freePoolsOfAnArena() {
        ArenaSlot.setFreePools(arena, ArenaSlot.freePools(arena) - 1);
        assertThat(PymallocCheck.finding()).contains("nfreepools");
    }

    @Test
    void poolOnTheFreeListThatIsInUse() {
        PoolHeader.setNext(pool, ArenaSlot.freePoolList(arena));
        ArenaSlot.setFreePoolList(arena, pool);
        assertThat(PymallocCheck.finding()).contains("freepools holds");
    }

    @Test
    void arenaThatIsNotInTheMap() {
        AddressMap.unmark(ArenaSlot.address(arena));
        assertThat(PymallocCheck.finding()).contains("not in the map");
    }

    @Test
    void rankOfAnArena() {
        State.setLastArena(ArenaSlot.freePools(arena), 0);
        assertThat(PymallocCheck.finding()).contains("nfp2lasta");
    }

    @Test
    void arenaThatIsNotUsable() {
        State.setUsableArenas(0);
        State.setLastArena(ArenaSlot.freePools(arena), 0);
        assertThat(PymallocCheck.finding()).contains("arenas have free pools");
    }

    @Test
    void arenaInTwoLists() {
        ArenaSlot.setNext(State.unusedArenas(), State.unusedArenas());
        assertThat(PymallocCheck.finding()).contains("twice");
    }

    @Test
    void usedArenaInTheListOfTheUnused() {
        State.setOfferedArenas(State.unusedArenas());
        assertThat(PymallocCheck.finding()).contains("twice");
        State.setOfferedArenas(0);
        State.setReleasedArenas(arena);
        ArenaSlot.setNext(arena, State.unusedArenas());
        assertThat(PymallocCheck.finding()).isNotNull();
    }

    @Test
    void poolAddressBeyondTheArena() {
        ArenaSlot.setPoolAddress(arena, ArenaSlot.address(arena) + 2L * ArenaSlot.ARENA_BYTES);
        assertThat(PymallocCheck.finding()).contains("pool_address");
    }
}
