package io.github.panamem.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** C strings from Java and back. */
class TextTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({"0, ''", "1, ''", "2, a", "3, a", "4, aé", "5, aé", "6, aé", "7, aé€", "100, aé€"})
    void whatFitsIsWrittenInWholeCharacters(long roomBytes, String expected) {
        MemorySegment text = arena.allocate(101).fill((byte) 'x');
        Text.write(text.address(), roomBytes, "aé€");
        if (roomBytes == 0) {
            assertThat(text.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'x');
        } else {
            assertThat(Text.read(text.address())).isEqualTo(expected);
        }
        assertThat(text.get(ValueLayout.JAVA_BYTE, roomBytes)).isEqualTo((byte) 'x');
    }

    @Test
    void nothingIsWrittenToNull() {
        assertThatCode(() -> Text.write(0, 100, "line")).doesNotThrowAnyException();
    }
}
