package io.github.panamem.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the library is found, and what the name of the allocator says. */
class HostTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"java:a.B, a.B", "java:a.B_debug, a.B", "java:a.B$C, a.B$C", "arena, -", "arena_debug, -"})
    void theUsersClassStandsInTheName(String active, String className) {
        assertThat(Host.userClassName(active)).isEqualTo(className);
    }

    @Test
    void anAbsentLibraryIsAnErrorThatTellsWhatToDo() {
        String before = System.getProperty(Library.PROPERTY);
        System.setProperty(Library.PROPERTY, "/nowhere/libpanamem.so");
        try {
            assertThatIllegalStateException()
                    .isThrownBy(Library::path)
                    .withMessageContaining("/nowhere/libpanamem.so")
                    .withMessageContaining("-Dpanamem.library=PATH");
        } finally {
            System.setProperty(Library.PROPERTY, before);
        }
    }
}
