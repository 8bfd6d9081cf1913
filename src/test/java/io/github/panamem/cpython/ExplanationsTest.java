package io.github.panamem.cpython;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The list of differences: how it is read, and what it may hold. */
class ExplanationsTest {
    private static final int INTROSPECTION_MOST = 4;

    @Test
    void classesAndTestsAreRead() {
        Explanations read = Explanations.of(List.of(
                "# a comment",
                "class wonder | 3.12+ | nobody knows",
                "    import sys",
                "    if sys: pass",
                "",
                "test.m.C.a | wonder | 3.11-3.13 | because of this",
                "test_m (the whole file)   |  wonder | all | because of | that"));
        assertThat(read.classes())
                .containsExactly(
                        new ReasonClass("wonder", Versions.of("3.12+"), "nobody knows", "import sys\nif sys: pass\n"));
        assertThat(read.tests())
                .containsExactly(
                        new Explained("test.m.C.a", "wonder", Versions.of("3.11-3.13"), "because of this"),
                        new Explained("test_m (the whole file)", "wonder", Versions.of("all"), "because of | that"));
    }

    @Test
    void aLineWithoutAReasonIsRefused() {
        for (String line :
                List.of("test.m.C.a", "test.m.C.a | wonder | all", "class wonder", "test.m.C.a | w | 4 | why")) {
            assertThatIllegalArgumentException().as(line).isThrownBy(() -> Explanations.of(List.of(line)));
        }
    }

    @Test
    void versionsIncludeWhatTheySay() {
        assertThat(Versions.of("all").include(11)).isTrue();
        assertThat(Versions.of("3.12+").include(11)).isFalse();
        assertThat(Versions.of("3.12+").include(12)).isTrue();
        assertThat(Versions.of("3.12+").include(15)).isTrue();
        assertThat(Versions.of("3.11").include(12)).isFalse();
        assertThat(Versions.of("3.11-3.13").include(13)).isTrue();
        assertThat(Versions.of("3.11-3.13").include(14)).isFalse();
    }

    @Test
    void ourListGivesReasons() throws IOException {
        Explanations ours = Explanations.read(Court.LIST);
        Set<String> classes = ours.classes().stream().map(ReasonClass::name).collect(Collectors.toSet());
        assertThat(ours.tests())
                .allSatisfy(test -> assertThat(classes).contains(test.reason()))
                .allSatisfy(test -> assertThat(test.why()).hasSizeGreaterThan(20))
                .filteredOn(test -> test.reason().equals("introspection"))
                .hasSizeLessThanOrEqualTo(INTROSPECTION_MOST);
        assertThat(ours.classes())
                .allSatisfy(reason -> assertThat(reason.reproduction()).isNotBlank());
    }
}
