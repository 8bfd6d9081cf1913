package io.github.panamem;

/**
 * What was still live when Panamem was closed: it stays valid, and C's fallback takes it back when it is freed.
 *
 * @param liveBlocks blocks that C code holds
 * @param liveBytes their usable bytes
 * @param committedBytes memory that is kept for them, in whole pages
 */
public record Remains(long liveBlocks, long liveBytes, long committedBytes) {}
