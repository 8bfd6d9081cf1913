package io.github.panamem;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How Panamem is opened: the allocator's name and the options, as in the environment of any other host.
 *
 * <p>The library reads them; what it refuses becomes the IllegalArgumentException of {@link Panamem#open(Options)}.
 *
 * @param malloc as {@code PANAMEM_MALLOC}, or null for what the environment says
 * @param text as {@code PANAMEM_OPTIONS}, or null for what the environment says
 */
public record Options(@Nullable String malloc, @Nullable String text) {
    /** What {@code PANAMEM_MALLOC} and {@code PANAMEM_OPTIONS} say. */
    public static Options fromEnvironment() {
        return new Options(null, null);
    }

    /** The default allocator with default options, whatever the environment says. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; the last value of each counts. */
    public static final class Builder {
        private final Map<String, String> values = new LinkedHashMap<>();
        private String malloc = "default";

        private Builder() {}

        /** A name of {@code PANAMEM_MALLOC}, for instance {@code arena}, {@code arena_debug}, {@code hardened} or {@code guard}. */
        public Builder malloc(String name) {
            malloc = name;
            return this;
        }

        /** At most so many bytes are committed in all; 0 is no limit. What would exceed it gets NULL. */
        public Builder limit(long bytes) {
            return with("limit", bytes);
        }

        /** At most so many bytes of pools and large blocks in one domain; 0 is no limit. */
        public Builder limit(Domain domain, long bytes) {
            return with("limit." + domain.name().toLowerCase(Locale.ROOT), bytes);
        }

        /** Bytes of address space to reserve. */
        public Builder range(long bytes) {
            return with("range", bytes);
        }

        /** Free memory that has been used goes back to the OS after so long. */
        public Builder decay(Duration age) {
            return with("decay", age.toMillis());
        }

        /** At most so many free bytes that have been used are kept from the OS. */
        public Builder dirty(long bytes) {
            return with("dirty", bytes);
        }

        /** At most so many bytes of ready blocks are held for each thread. */
        public Builder magazine(long bytes) {
            return with("magazine", bytes);
        }

        /** Prints a report to standard error when the process ends. */
        public Builder reportAtExit() {
            return with("report", "exit");
        }

        /** Writes a report when the process ends; {@code %p} in the file's name stands for the process id. */
        public Builder reportAtExit(Path file) {
            return with("report", "exit:" + file);
        }

        /**
         * Under debug hooks, the frames that are recorded of each stack, at most 64; 0 records none.
         *
         * @param depth native and Python frames
         * @param rate of so many sites one has its native stack and the others only their caller; 1 is all
         */
        public Builder stacks(int depth, int rate) {
            return with("stacks", depth + ":" + rate);
        }

        /** Writes reports about a program's mistakes as JSON, one line each. */
        public Builder reportsAsJson() {
            return with("format", "json");
        }

        /** Under debug hooks, which requests for memory are refused, for instance {@code 3-5:mem}; the words stand in panamem/testing.h. */
        public Builder fail(String plan) {
            return with("fail", plan);
        }

        /** Says on standard error what starts and how long it took. */
        public Builder verbose() {
            return with("verbose", "");
        }

        /** Any option of {@code PANAMEM_OPTIONS}; the empty value is for options that have none. */
        public Builder with(String key, String value) {
            if (key.indexOf(',') >= 0 || key.indexOf('=') >= 0 || value.indexOf(',') >= 0) {
                throw new IllegalArgumentException("panamem: neither ',' in '" + key + "' or '" + value
                        + "', nor '=' in a key: they separate options");
            }
            if (key.isEmpty()) {
                throw new IllegalArgumentException("panamem: the value '" + value + "' needs the name of an option");
            }
            values.put(key, value);
            return this;
        }

        private Builder with(String key, long value) {
            if (value < 0) {
                throw new IllegalArgumentException("panamem: " + key + " must not be negative, but is " + value);
            }
            return with(key, Long.toString(value));
        }

        public Options build() {
            return new Options(
                    malloc,
                    values.entrySet().stream()
                            .map(option -> option.getValue().isEmpty()
                                    ? option.getKey()
                                    : option.getKey() + "=" + option.getValue())
                            .collect(Collectors.joining(",")));
        }
    }
}
