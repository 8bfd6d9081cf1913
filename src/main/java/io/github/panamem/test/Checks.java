package io.github.panamem.test;

import io.github.panamem.Options;
import io.github.panamem.Panamem;
import io.github.panamem.bridge.Testing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The checks of one process: Panamem is open in it, with debug hooks. */
final class Checks {
    private static final int WARM_UPS = 2;
    private static final int SITES_TOLD = 5;
    private static final String HOOKED = "arena_debug";

    private static @Nullable Checks opened;

    private final Testing testing;

    private Checks(Testing testing) {
        this.testing = testing;
    }

    /** The test method, as often as one likes. */
    @FunctionalInterface
    interface Call {
        void run() throws Throwable;
    }

    /** Opens Panamem as the environment says, with hooks where that names no allocator. */
    static synchronized Checks open() {
        Checks checks = opened;
        if (checks == null) {
            String named = System.getenv("PANAMEM_MALLOC");
            boolean isNamed = named != null && !named.isEmpty();
            Panamem.open(new Options(isNamed ? named : HOOKED, null));
            checks = new Checks(new Testing());
            opened = checks;
        }
        return checks;
    }

    Testing testing() {
        return testing;
    }

    /** The report of what so many calls leak, or "". */
    String leaks(Call call, int calls) throws Throwable {
        testing.leakBegin();
        try {
            for (int i = 0; i < calls; i++) {
                if (i > 0) {
                    testing.leakRound();
                }
                call.run();
            }
        } catch (Throwable failure) {
            testing.leakEnd();
            throw failure;
        }
        return testing.leakEnd();
    }

    /** How many requests that the filter lets through one call makes. */
    long requests(Call call, String filter) throws Throwable {
        for (int i = 0; i < WARM_UPS; i++) {
            call.run();
        }
        testing.note(filter);
        try {
            call.run();
        } finally {
            testing.stop();
        }
        testing.note(filter);
        call.run();
        return testing.stop();
    }

    /** The sites that asked most often of those noted last. */
    String mostAsking(long requests) {
        Map<String, List<Testing.Noted>> sites = new LinkedHashMap<>();
        for (long number = 1; number <= requests; number++) {
            Testing.Noted noted = testing.noted(number);
            sites.computeIfAbsent(noted.site(), ignored -> new ArrayList<>()).add(noted);
        }
        StringBuilder text = new StringBuilder();
        sites.entrySet().stream()
                .sorted(Comparator.comparingInt(site -> -site.getValue().size()))
                .limit(SITES_TOLD)
                .forEach(site -> text.append("  ")
                        .append(site.getValue().size())
                        .append(" of them:\n")
                        .append(site.getKey().replaceFirst("  refused", "  requested")));
        return text.toString();
    }
}
