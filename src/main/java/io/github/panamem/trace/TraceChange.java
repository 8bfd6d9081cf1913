package io.github.panamem.trace;

/** What a site has, and how much more than before. */
public record TraceChange(TraceSite now, TraceSite before) {

    public long liveBytes() {
        return now.liveBytes() - before.liveBytes();
    }

    public long liveBlocks() {
        return now.liveBlocks() - before.liveBlocks();
    }

    public long totalBlocks() {
        return now.totalBlocks() - before.totalBlocks();
    }

    boolean isChange() {
        return liveBytes() != 0 || liveBlocks() != 0;
    }
}
