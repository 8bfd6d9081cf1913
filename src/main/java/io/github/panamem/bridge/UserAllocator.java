package io.github.panamem.bridge;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.spi.Allocator;
import org.jspecify.annotations.Nullable;

/**
 * The allocator of {@code java:<class>}, behind the USER entries.
 *
 * <p>A block that is not aligned would break C code far from here: it is freed again and refused, and so the request
 * ends as if there were no memory.
 */
final class UserAllocator {
    private static final long MISALIGNED = PANAMEM_ALIGNMENT() - 1L;

    private static @Nullable Allocator allocator;

    private UserAllocator() {}

    /** Makes the class's instance the one that serves; null, or one line that says why not. */
    static @Nullable String install(String className) {
        Object instance;
        try {
            instance = Class.forName(className, true, UserAllocator.class.getClassLoader())
                    .getConstructor()
                    .newInstance();
        } catch (ClassNotFoundException absent) {
            return "java:" + className + ": no such class on the class path; PANAMEM_OPTIONS=classpath=… names it";
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException closed) {
            return "java:" + className + ": must be a public class with a public constructor without parameters";
        } catch (ReflectiveOperationException | LinkageError failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            return "java:" + className + ": cannot be made: " + cause;
        }
        if (!(instance instanceof Allocator made)) {
            return "java:" + className + ": must implement " + Allocator.class.getName();
        }
        allocator = made;
        return null;
    }

    /** Tests: the allocator that serves, or null. */
    static @Nullable Allocator installed() {
        return allocator;
    }

    /** Nothing serves the USER entries any more. */
    static void uninstall() {
        allocator = null;
    }

    static boolean isInstalled() {
        return allocator != null;
    }

    static long malloc(int domain, long bytes) {
        Allocator serving = allocator;
        return serving == null || bytes < 0 ? 0 : aligned(serving, domain, serving.malloc(domain, bytes));
    }

    static long calloc(int domain, long count, long elementBytes) {
        Allocator serving = allocator;
        return serving == null || count < 0 || elementBytes < 0
                ? 0
                : aligned(serving, domain, serving.calloc(domain, count, elementBytes));
    }

    /** The old block may be gone, so a misaligned answer cannot be refused: it is only remembered. */
    static long realloc(int domain, long block, long bytes) {
        Allocator serving = allocator;
        if (serving == null || block <= 0 || bytes < 0) {
            return 0;
        }
        long moved = serving.realloc(domain, block, bytes);
        if ((moved & MISALIGNED) != 0 && Faults.first() == null) {
            Faults.caught(misaligned(serving));
        }
        return moved;
    }

    static long free(int domain, long block) {
        Allocator serving = allocator;
        if (serving == null || block <= 0) {
            return 0;
        }
        serving.free(domain, block);
        return 1;
    }

    static long usableSize(long block) {
        Allocator serving = allocator;
        return serving == null || block <= 0 ? 0 : serving.usableSize(block);
    }

    private static long aligned(Allocator serving, int domain, long block) {
        if ((block & MISALIGNED) == 0) {
            return block;
        }
        serving.free(domain, block);
        throw misaligned(serving);
    }

    private static IllegalStateException misaligned(Allocator serving) {
        return new IllegalStateException(serving.getClass().getName() + " answered a block that is not aligned to "
                + (MISALIGNED + 1) + " bytes");
    }
}
