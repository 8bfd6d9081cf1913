package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.testing.TestHeap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A user's allocator behind the USER entries: what it may do wrong, and what C sees then. */
class UserAllocatorTest {
    private static final int OBJ = 2;

    private long heap;

    @BeforeEach
    void freshHeap() {
        heap = TestHeap.reset(16L * PANAMEM_ARENA_BYTES());
    }

    @AfterEach
    void uninstall() {
        UserAllocator.uninstall();
        Faults.forget();
    }

    private void install(Class<?> allocator) {
        assertThat(UserAllocator.install(allocator.getName())).isNull();
        EntryTable.fill(heap, UpcallStub.ONE);
    }

    @Test
    void allCallsReachIt() {
        install(UserAllocators.Good.class);
        long block = Stubs.call(heap, PANAMEM_ENTRY_USER_MALLOC(), OBJ, 10, 0);
        long zeroed = Stubs.call(heap, PANAMEM_ENTRY_USER_CALLOC(), OBJ, 3, 10);
        long moved = Stubs.call(heap, PANAMEM_ENTRY_USER_REALLOC(), OBJ, block, 50);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_USABLE(), OBJ, moved, 0)).isEqualTo(50);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_USABLE(), OBJ, zeroed, 0))
                .isEqualTo(30);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_FREE(), OBJ, moved, 0)).isOne();
        assertThat(Faults.first()).isNull();
    }

    @Test
    void whatItThrowsBecomesNoAndIsTold() {
        install(UserAllocators.Throwing.class);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_MALLOC(), OBJ, 10, 0)).isZero();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_CALLOC(), OBJ, 3, 10)).isZero();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_REALLOC(), OBJ, 16, 50)).isZero();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_FREE(), OBJ, 16, 0)).isZero();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_USABLE(), OBJ, 16, 0)).isZero();
        assertThat(Soundness.finding(0)).contains("OutOfMemoryError: of the test");
    }

    @Test
    void whatNoAllocatorShouldSeeIsRefusedBeforeIt() {
        install(UserAllocators.Throwing.class);
        for (int entry = PANAMEM_ENTRY_USER_MALLOC(); entry <= PANAMEM_ENTRY_USER_USABLE(); entry++) {
            assertThat(Stubs.call(heap, entry, -1, -1, -1)).isZero();
        }
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_FREE(), OBJ, 0, 0)).isZero();
        assertThat(Faults.first()).isNull();
    }

    @Test
    void aMisalignedBlockIsGivenBackAndRefused() {
        install(UserAllocators.Misaligned.class);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_MALLOC(), OBJ, 10, 0)).isZero();
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_CALLOC(), OBJ, 1, 10)).isZero();
        assertThat(Soundness.finding(0)).contains("Misaligned").contains("not aligned to 16 bytes");
        assertThat(UserAllocator.installed())
                .isInstanceOfSatisfying(
                        UserAllocators.Good.class,
                        good -> assertThat(good.live()).isZero());
    }

    @Test
    void aMisalignedReallocIsToldButStands() {
        install(UserAllocators.Misaligned.class);
        assertThat(Stubs.call(heap, PANAMEM_ENTRY_USER_REALLOC(), OBJ, 16, 10)).isNotZero();
        assertThat(Soundness.finding(0)).contains("not aligned");
    }

    @ParameterizedTest
    @CsvSource({
        "Failing, cannot be made: java.lang.IllegalStateException: no luck",
        "Demanding, a public constructor without parameters",
        "Other, must implement io.github.panamem.spi.Allocator",
        "Hidden, must be a public class",
        "Absent, no such class",
    })
    void aClassThatCannotServeIsRefusedWithALine(String name, String reason) {
        String className = UserAllocators.class.getName() + "$" + name;
        assertThat(UserAllocator.install(className))
                .contains("java:" + className)
                .contains(reason);
        assertThat(UserAllocator.isInstalled()).isFalse();
    }
}
