package io.github.panamem;

import io.github.panamem.bridge.CPython;
import io.github.panamem.bridge.Host;
import io.github.panamem.bridge.Library;
import io.github.panamem.bridge.Soundness;
import io.github.panamem.observe.Snapshot;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Panamem in a Java program: while it is open, C code in this process that calls {@code PyMem_*} and {@code PyObject_*}
 * of libpanamem is served by the Java core.
 *
 * <p>The library is loaded from {@code -Dpanamem.library=PATH}, else from the environment's {@code PANAMEM_LIBRARY}, else
 * from beside the jar's folder; the JVM needs {@code --enable-native-access=ALL-UNNAMED}. Load C code that links
 * libpanamem afterwards.
 *
 * <p>There is one heap per process and so one open Panamem. In a process whose C side started Java it is open already:
 * {@link #open()} answers it, and {@link #close()} leaves it running.
 *
 * <p>Every method may be called from any thread.
 */
public final class Panamem {
    private static @Nullable Panamem current;

    private final Options options;
    private final Host host;

    private Panamem(Options options, Host host) {
        this.options = options;
        this.host = host;
    }

    /** Opens with what the environment says. */
    public static Panamem open() {
        return open(Options.fromEnvironment());
    }

    /**
     * Opens, or answers the one that is open with the same options.
     *
     * @throws IllegalArgumentException when the library refuses the options; its line says what is allowed
     * @throws IllegalStateException when it is open with other options, there is no library, or it is of another build
     */
    public static synchronized Panamem open(Options options) {
        Panamem open = current;
        if (open == null) {
            open = new Panamem(options, Host.open(options.malloc(), options.text()));
            current = open;
        } else if (!open.options.equals(options)) {
            throw new IllegalStateException("panamem: open with " + open.options + ", so not with " + options);
        }
        return open;
    }

    /**
     * Puts Panamem into the domain table of a CPython in this process, so that all of its memory is served by this heap.
     *
     * <p>Call it after {@code Py_PreInitialize} and before {@code Py_InitializeFromConfig} (or whatever else initialises),
     * and again in each init cycle: CPython 3.12 and later begin a cycle with their own table. What CPython allocated before
     * goes back to CPython's allocator. A second call in the same cycle changes nothing. The GIL is not needed.
     *
     * <p>It stays there when Panamem is {@linkplain #close() closed}, while Python runs or after it was finalised: live blocks
     * belong to this heap, and the C fallback frees them, and serves what Python still asks for.
     *
     * <p>The library stays loaded for the life of the process, and its names become visible to all that is loaded later,
     * because Python's extension modules expect that.
     *
     * @param libpython the file of libpython; the same that is initialised, which may be loaded already
     * @throws IllegalArgumentException when it cannot be loaded or is no CPython
     * @throws IllegalStateException when this Panamem was closed
     */
    public void installInto(Path libpython) {
        synchronized (Panamem.class) {
            if (current != this) {
                throw new IllegalStateException("panamem: closed, so it cannot be installed into " + libpython
                        + "; call installInto between Panamem.open() and close()");
            }
            CPython.install(host.library(), libpython);
        }
    }

    /**
     * Gives back what is empty and lets the C fallback serve from now on. Live blocks stay valid and are reported. It may
     * be opened again; blocks from before are then served by Java again.
     */
    public Remains close() {
        synchronized (Panamem.class) {
            if (current == this) {
                host.close();
                current = null;
            }
        }
        Snapshot snapshot = statistics();
        long blocks = 0;
        long bytes = 0;
        for (Snapshot.DomainUse domain : snapshot.domains()) {
            bytes += domain.liveBytes();
            blocks += domain.large().liveBlocks();
            for (Snapshot.ClassUse use : domain.classes()) {
                blocks += use.liveBlocks();
            }
        }
        return new Remains(blocks, bytes, snapshot.pageHeap().committedBytes());
    }

    /** The name of the allocator in force, as {@code PANAMEM_MALLOC} would say it. */
    public String active() {
        return host.library().active();
    }

    /** The heap's figures now. */
    public Snapshot statistics() {
        return Snapshot.take();
    }

    /** Walks the whole heap and proves its equations: what is wrong first, or nothing. Stops all allocation meanwhile. */
    public Optional<String> check() {
        return Optional.ofNullable(Soundness.finding(0));
    }

    /** Gives free memory back to the OS, except so many bytes; answers how many went. */
    public long purge(long keepBytes) {
        return host.library().purge(keepBytes);
    }

    /** From now on at most so many bytes are committed in all; 0 is no limit. Frees nothing by force. */
    public void limit(long bytes) {
        host.library().limit(Library.ALL_DOMAINS, bytes);
    }

    /** From now on at most so many bytes of pools and large blocks in one domain; 0 is no limit. */
    public void limit(Domain domain, long bytes) {
        host.library().limit(domain.number(), bytes);
    }
}
