package io.github.panamem.benchmarks;

import java.util.function.Function;

/**
 * What one run printed; null where the program had nothing to say. The names are those of the programs' JSON. A cost is
 * the process's time in proportion to the work that it did, where that is not the same each time.
 */
record Sample(
        String active,
        String core,
        Double wallNsPerOperation,
        Double cpuNsPerOperation,
        Double processCpuNsPerOperation,
        Double crossingsPer1000,
        Double fallbackShare,
        Double readyMs,
        Double bootCpuMs,
        Double processWallMs,
        Double processCpuMs,
        Double costWallMs,
        Double costCpuMs,
        Double peakRssKib) {

    /** A figure of a sample, and the decimals that mean something. */
    enum Figure {
        WALL_NS(Sample::wallNsPerOperation, 1),
        CPU_NS(Sample::cpuNsPerOperation, 1),
        PROCESS_CPU_NS(Sample::processCpuNsPerOperation, 1),
        CROSSINGS(Sample::crossingsPer1000, 2),
        FALLBACK(sample -> sample.fallbackShare() == null ? null : sample.fallbackShare() * 100, 2),
        READY_MS(Sample::readyMs, 1),
        BOOT_CPU_MS(Sample::bootCpuMs, 1),
        WALL_MS(Sample::processWallMs, 1),
        CPU_MS(Sample::processCpuMs, 1),
        COST_WALL_MS(Sample::costWallMs, 1),
        COST_CPU_MS(Sample::costCpuMs, 1),
        PEAK_RSS_MIB(sample -> sample.peakRssKib() == null ? null : sample.peakRssKib() / 1024, 1);

        final int decimals;
        private final Function<Sample, Double> reader;

        Figure(Function<Sample, Double> reader, int decimals) {
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
