import io.github.panamem.spi.Allocator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An allocator of one's own in a few lines: blocks of powers of two, each with a free list of its size. It shows the
 * interface, not how to be fast.
 *
 * <pre>
 *   javac -cp lib/panamem/panamem.jar -d /tmp/mine examples/java-allocator/FreeListAllocator.java
 *   PANAMEM_MALLOC=java:FreeListAllocator PANAMEM_OPTIONS=classpath=/tmp/mine ./panamem run -- program
 * </pre>
 */
public final class FreeListAllocator implements Allocator {
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final long LEAST_BYTES = 16;

    private final Map<Long, Long> live = new ConcurrentHashMap<>(); // block → its bytes
    private final Map<Long, ArrayDeque<Long>> free = new ConcurrentHashMap<>(); // bytes → blocks

    @Override
    public long malloc(int domain, long bytes) {
        long whole = Math.max(LEAST_BYTES, Long.highestOneBit(Math.multiplyExact(Math.max(1, bytes), 2) - 1)); // too many: an exception
        ArrayDeque<Long> list = free.computeIfAbsent(whole, size -> new ArrayDeque<>());
        Long block;
        synchronized (list) {
            block = list.poll();
        }
        if (block == null) {
            block = Arena.global().allocate(whole, LEAST_BYTES).address();
        }
        live.put(block, whole);
        return block;
    }

    @Override
    public long calloc(int domain, long count, long elementBytes) {
        long bytes = Math.multiplyExact(count, elementBytes); // an exception is a 0 to C
        long block = malloc(domain, bytes);
        MEMORY.asSlice(block, bytes).fill((byte) 0);
        return block;
    }

    @Override
    public long realloc(int domain, long block, long bytes) {
        long usable = usableSize(block);
        if (bytes <= usable) {
            return block;
        }
        long moved = malloc(domain, bytes);
        MemorySegment.copy(MEMORY, block, MEMORY, moved, usable);
        free(domain, block);
        return moved;
    }

    @Override
    public void free(int domain, long block) {
        ArrayDeque<Long> list = free.get(live.remove(block));
        synchronized (list) {
            list.push(block);
        }
    }

    @Override
    public long usableSize(long block) {
        return live.get(block);
    }
}
