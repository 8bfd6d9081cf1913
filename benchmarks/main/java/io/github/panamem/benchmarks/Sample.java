package io.github.panamem.benchmarks;

import java.util.function.Function;

/** What one run printed; null where the program had nothing to say. The names are those of the programs' JSON. */
record Sample(
        String active,
        Double wallNsPerOperation,
        Double cpuNsPerOperation,
        Double crossingsPer1000,
        Double fallbackShare,
        Double readyMs,
        Double bootCpuMs,
        Double processWallMs,
        Double processCpuMs,
        Double peakRssKib) {

    /** A figure of a sample, with the name and unit that a table shows. */
    enum Figure {
        WALL_NS("ns per operation, wall", Sample::wallNsPerOperation, 1),
        CPU_NS("ns per operation, CPU of the process", Sample::cpuNsPerOperation, 1),
        CROSSINGS("crossings per 1,000", Sample::crossingsPer1000, 2),
        FALLBACK("fallback share", Sample::fallbackShare, 4),
        READY_MS("time to ready, ms", Sample::readyMs, 1),
        BOOT_CPU_MS("CPU of the boot, ms", Sample::bootCpuMs, 1),
        WALL_MS("wall of the process, ms", Sample::processWallMs, 1),
        CPU_MS("CPU of the process, ms", Sample::processCpuMs, 1),
        PEAK_RSS_MIB("peak RSS, MiB", sample -> sample.peakRssKib() == null ? null : sample.peakRssKib() / 1024, 1);

        final String title;
        final int decimals;
        private final Function<Sample, Double> reader;

        Figure(String title, Function<Sample, Double> reader, int decimals) {
            this.title = title;
            this.reader = reader;
            this.decimals = decimals;
        }

        /** NaN when the program did not say. */
        double of(Sample sample) {
            Double value = reader.apply(sample);
            return value == null ? Double.NaN : value;
        }
    }
}
