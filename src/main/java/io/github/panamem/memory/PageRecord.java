package io.github.panamem.memory;

import io.github.panamem.abi.panamem_page;

/** The fields of a page record (struct panamem_page), by the record's address. abi.h says what they mean. */
public final class PageRecord {
    public static final long BYTES = panamem_page.sizeof();

    private static final long STATE = panamem_page.state$offset();
    private static final long BIN = panamem_page.bin$offset();
    private static final long FLAGS = panamem_page.flags$offset();
    private static final long RUN_PAGES = panamem_page.run_pages$offset();
    private static final long NEXT = panamem_page.next$offset();
    private static final long PREV = panamem_page.prev$offset();
    private static final long OLDER = panamem_page.older$offset();
    private static final long NEWER = panamem_page.newer$offset();
    private static final long BLOCK_COUNT = panamem_page.block_count$offset();
    private static final long FREE_COUNT = panamem_page.free_count$offset();
    private static final long HINT_WORD = panamem_page.hint_word$offset();
    private static final long READY_SINCE = panamem_page.ready_since$offset();
    private static final long FREED_NANOS = panamem_page.freed_nanos$offset();
    private static final long REQUEST_BYTES = panamem_page.request_bytes$offset();
    private static final long BITMAP = panamem_page.bitmap$offset();

    private PageRecord() {}

    public static int state(long record) {
        return Memory.getByte(record + STATE);
    }

    public static void setState(long record, int state) {
        Memory.putByte(record + STATE, (byte) state);
    }

    public static int bin(long record) {
        return Memory.getByte(record + BIN) & 0xff;
    }

    public static void setBin(long record, int bin) {
        Memory.putByte(record + BIN, (byte) bin);
    }

    public static int flags(long record) {
        return Memory.getShort(record + FLAGS);
    }

    public static void setFlags(long record, int flags) {
        Memory.putShort(record + FLAGS, (short) flags);
    }

    public static int runPages(long record) {
        return Memory.getInt(record + RUN_PAGES);
    }

    public static void setRunPages(long record, int pages) {
        Memory.putInt(record + RUN_PAGES, pages);
    }

    public static int next(long record) {
        return Memory.getInt(record + NEXT);
    }

    public static void setNext(long record, int page) {
        Memory.putInt(record + NEXT, page);
    }

    public static int prev(long record) {
        return Memory.getInt(record + PREV);
    }

    public static void setPrev(long record, int page) {
        Memory.putInt(record + PREV, page);
    }

    public static int older(long record) {
        return Memory.getInt(record + OLDER);
    }

    public static void setOlder(long record, int page) {
        Memory.putInt(record + OLDER, page);
    }

    public static int newer(long record) {
        return Memory.getInt(record + NEWER);
    }

    public static void setNewer(long record, int page) {
        Memory.putInt(record + NEWER, page);
    }

    public static int blockCount(long record) {
        return Memory.getInt(record + BLOCK_COUNT);
    }

    public static void setBlockCount(long record, int blocks) {
        Memory.putInt(record + BLOCK_COUNT, blocks);
    }

    public static int freeCount(long record) {
        return Memory.getInt(record + FREE_COUNT);
    }

    public static void setFreeCount(long record, int blocks) {
        Memory.putInt(record + FREE_COUNT, blocks);
    }

    public static int hintWord(long record) {
        return Memory.getInt(record + HINT_WORD);
    }

    public static void setHintWord(long record, int word) {
        Memory.putInt(record + HINT_WORD, word);
    }

    public static int readySince(long record) {
        return Memory.getInt(record + READY_SINCE);
    }

    public static long freedNanos(long record) {
        return Memory.getLong(record + FREED_NANOS);
    }

    public static void setFreedNanos(long record, long nanos) {
        Memory.putLong(record + FREED_NANOS, nanos);
    }

    public static long requestBytes(long record) {
        return Memory.getLong(record + REQUEST_BYTES);
    }

    public static void setRequestBytes(long record, long bytes) {
        Memory.putLong(record + REQUEST_BYTES, bytes);
    }

    /** Address of the bitmap's first word; a set bit is a free block. */
    public static long bitmap(long record) {
        return record + BITMAP;
    }
}
