package io.github.panamem.sizeclass;

import static io.github.panamem.abi.abi_h.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.testing.TestHeap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SizeClassTest {
    @BeforeAll
    static void heap() {
        TestHeap.reset(TestHeap.RANGE_BYTES);
    }

    @Test
    void everySizeGetsTheSmallestClassThatHoldsIt() {
        int smallest = 1;
        for (long bytes = 0; bytes <= SizeClass.SMALL_MAX_BYTES; bytes++) {
            if (bytes > SizeClass.blockBytes(smallest)) {
                smallest++;
            }
            if (SizeClass.of(bytes) != smallest) {
                throw new AssertionError(bytes + " bytes are in class " + SizeClass.of(bytes) + ", not " + smallest);
            }
        }
        assertThat(smallest).isEqualTo(SizeClass.COUNT);
    }

    /** Above, every request is large; the arithmetic must not fold back into a small class. */
    @Test
    void largerSizesFallBeyondTheLastClass() {
        for (long bytes = SizeClass.SMALL_MAX_BYTES + 1; bytes <= 40_000; bytes++) {
            assertThat(SizeClass.of(bytes)).isGreaterThan(SizeClass.COUNT);
        }
    }

    @Test
    void blocksAreAlignedAndWasteAtMostAFifth() {
        for (int classIndex = 1; classIndex <= SizeClass.COUNT; classIndex++) {
            long bytes = SizeClass.blockBytes(classIndex);
            assertThat(bytes % PANAMEM_ALIGNMENT()).isZero();
            if (classIndex > PANAMEM_LINEAR_CLASSES()) {
                assertThat(SizeClass.blockBytes(classIndex - 1) * 5).isGreaterThanOrEqualTo(bytes * 4);
            }
        }
        assertThat(SizeClass.blockBytes(PANAMEM_LINEAR_CLASSES())).isEqualTo(PANAMEM_LINEAR_MAX_BYTES());
        assertThat(SizeClass.blockBytes(SizeClass.COUNT)).isEqualTo(SizeClass.SMALL_MAX_BYTES);
    }

    @Test
    void divisionIsExactForEveryOffsetOfTheLargestPool() {
        long poolBytes = (long) PANAMEM_POOL_MAX_PAGES() * PANAMEM_PAGE_BYTES();
        for (int classIndex = 1; classIndex <= SizeClass.COUNT; classIndex++) {
            long blockBytes = SizeClass.blockBytes(classIndex);
            long reciprocal = SizeClass.reciprocal(classIndex);
            for (long offset = 0; offset < poolBytes; offset++) {
                if (SizeClass.divide(offset, reciprocal) != offset / blockBytes) {
                    throw new AssertionError("class " + classIndex + ", offset " + offset);
                }
            }
        }
    }

    @Test
    void onlyBinsOfSmallClassesAreSmall() {
        for (int bin = 0; bin < PANAMEM_BINS(); bin++) {
            int classIndex = bin % PANAMEM_CLASS_SLOTS();
            assertThat(SizeClass.ofBin(bin)).isEqualTo(classIndex);
            assertThat(SizeClass.isSmall(bin)).isEqualTo(classIndex >= 1 && classIndex <= SizeClass.COUNT);
        }
    }
}
