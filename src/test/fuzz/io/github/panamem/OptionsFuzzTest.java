package io.github.panamem;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a builder was given is what its text says, or it was refused. */
class OptionsFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void theTextSaysWhatWasGiven(
            @NotNull String first, @NotNull String firstValue, @NotNull String second, @NotNull String secondValue) {
        Map<String, String> given = new LinkedHashMap<>();
        Options.Builder builder = Options.builder();
        give(builder, given, first, firstValue);
        give(builder, given, second, secondValue);
        assertThat(read(builder.build().text())).isEqualTo(given);
    }

    private static void give(Options.Builder builder, Map<String, String> given, String key, String value) {
        try {
            builder.with(key, value);
            given.put(key, value);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("panamem: ");
        }
    }

    private static Map<String, String> read(String text) {
        Map<String, String> read = new LinkedHashMap<>();
        if (!text.isEmpty()) {
            Arrays.stream(text.split(",", -1)).forEach(option -> {
                String[] parts = option.split("=", 2);
                read.put(parts[0], parts.length == 1 ? "" : parts[1]);
            });
        }
        return read;
    }
}
