package io.github.panamem.bridge;

import io.github.panamem.memory.Memory;
import java.nio.charset.StandardCharsets;

/** Strings across the border: UTF-8, ended by a 0 byte. */
public final class Text {
    private static final int CONTINUATION_MASK = 0xc0;
    private static final int CONTINUATION = 0x80;

    private Text() {}

    static String read(long text) {
        int length = 0;
        while (Memory.getByte(text + length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = Memory.getByte(text + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Writes as much as fits, whole characters only; nothing when there is no room or no text to write to. */
    public static void write(long text, long roomBytes, String string) {
        if (text == 0 || roomBytes <= 0) {
            return;
        }
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        int length = (int) Math.min(bytes.length, roomBytes - 1);
        while (length > 0 && length < bytes.length && (bytes[length] & CONTINUATION_MASK) == CONTINUATION) {
            length--;
        }
        for (int i = 0; i < length; i++) {
            Memory.putByte(text + i, bytes[i]);
        }
        Memory.putByte(text + length, (byte) 0);
    }
}
