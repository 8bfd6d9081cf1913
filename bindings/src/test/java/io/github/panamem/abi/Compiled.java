package io.github.panamem.abi;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the C compiler says the facts of a header are: a program that prints them all, compiled and run. */
final class Compiled {
    private Compiled() {}

    /** Name → value of each C expression in {@code facts}. */
    static Map<String, Long> values(Path include, Map<String, String> facts, Path folder)
            throws IOException, InterruptedException {
        Path source = folder.resolve("facts.c");
        Path program = folder.resolve("facts");
        Files.writeString(
                source,
                facts.entrySet().stream()
                        .map(fact -> "  printf(\"%s=%%lld\\n\", (long long)(%s));\n"
                                .formatted(fact.getKey(), fact.getValue()))
                        .collect(Collectors.joining("", """
                                #include <panamem/abi.h>
                                #include <stddef.h>
                                #include <stdio.h>
                                int64_t entry(int64_t, int64_t, int64_t, uint64_t);
                                _Static_assert(__builtin_types_compatible_p(panamem_entry, __typeof__(&entry)),
                                               "an entry is (long, long, long, unsigned long) -> long");
                                int main(void) {
                                """, "}\n")));
        String compiler = System.getenv().getOrDefault("CC", "cc");
        run(compiler, "-std=gnu17", "-Wall", "-Werror", "-I" + include, "-o", program.toString(), source.toString());
        var values = new TreeMap<String, Long>();
        run(program.toString()).lines().forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
        });
        return values;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes());
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + status);
        }
        return output;
    }
}
