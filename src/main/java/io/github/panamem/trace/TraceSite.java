package io.github.panamem.trace;

/**
 * What one site has asked for. Bytes are those asked for; the peak is of the site's own live bytes.
 *
 * @param site frames, the innermost first, as "FILE:LINE in FUNCTION" with " &lt; " between them
 */
public record TraceSite(String site, long liveBytes, long liveBlocks, long peakBytes, long totalBlocks) {

    /** A site that has asked for nothing yet. */
    static TraceSite empty(String site) {
        return new TraceSite(site, 0, 0, 0, 0);
    }

    /** Both together. Two sites have one text where it does not tell them apart: two calls in a line of C. */
    TraceSite plus(TraceSite other) {
        return new TraceSite(
                site,
                liveBytes + other.liveBytes,
                liveBlocks + other.liveBlocks,
                peakBytes + other.peakBytes,
                totalBlocks + other.totalBlocks);
    }
}
