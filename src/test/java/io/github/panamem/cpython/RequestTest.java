package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The options of {@code ./panamem test --cpython}. */
class RequestTest {
    @Test
    void optionsAndTestsMayBeMixed() {
        Request request = Request.of(
                "test_a", "--python", "/a", "--jobs", "3", "--python", "/b", "--again", "test_b", "--patience", "2");
        assertThat(request)
                .isEqualTo(new Request(
                        List.of(Path.of("/a"), Path.of("/b")),
                        List.of("test_a", "test_b"),
                        3,
                        Duration.ofMinutes(2),
                        true,
                        false));
    }

    @Test
    void aWrongOptionIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Request.of("--pyton"))
                .withMessageContaining("--pyton");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Request.of("--python"))
                .withMessageContaining("--python needs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Request.of("--jobs", "0"))
                .withMessageContaining("not 0");
    }
}
