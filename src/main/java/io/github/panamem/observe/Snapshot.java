package io.github.panamem.observe;

import static io.github.panamem.abi.abi_h.*;

import io.github.panamem.abi.panamem_heap;
import io.github.panamem.arena.Arenas;
import io.github.panamem.arena.Ledger;
import io.github.panamem.heap.BinRecord;
import io.github.panamem.heap.Depot;
import io.github.panamem.heap.Magazine;
import io.github.panamem.heap.Shelves;
import io.github.panamem.heap.Threads;
import io.github.panamem.memory.Memory;
import io.github.panamem.memory.Range;
import io.github.panamem.sizeclass.SizeClass;
import java.util.ArrayList;
import java.util.List;

/**
 * The heap at one moment. Live figures are exact while no thread allocates, and off by what threads do during the
 * reading otherwise; peaks count blocks in magazines and depots as well, because they are taken when Java hands blocks out.
 */
public record Snapshot(List<DomainUse> domains, PageHeapUse pageHeap, ThreadsUse threads, FallbackUse fallback) {

    /** All bytes are those of pools and large blocks, in whole pages, except liveBytes: the sum of live blocks' sizes. */
    public record DomainUse(
            int domain, long usedBytes, long limitBytes, long liveBytes, List<ClassUse> classes, LargeUse large) {}

    /** A size class that has been used. Blocks are live, in magazines, in the depot, or free in pools. */
    public record ClassUse(
            int classIndex,
            long blockBytes,
            long liveBlocks,
            long peakBlocks,
            long totalBlocks,
            long magazineBlocks,
            long depotBlocks,
            long freeBlocks,
            int pools) {}

    /** Ready blocks stand on shelves of threads; the peak counts them. */
    public record LargeUse(long liveBlocks, long liveBytes, long peakBytes, long totalBlocks, long readyBlocks) {}

    /** Limits of all ones mean none. */
    public record PageHeapUse(
            int arenas,
            int arenasMost,
            long committedBytes,
            long committedPeakBytes,
            long committedTotalBytes,
            long dirtyBytes,
            long purgedTotalBytes,
            long limitBytes,
            long dirtyCapBytes,
            long decayNanos,
            long refusedByLimit,
            long refusedByOs) {}

    /** resizes: reallocs that kept their block. */
    public record ThreadsUse(int live, long total, long crossings, long largeAllocations, long resizes) {}

    /** Blocks that the fallback handed out, by the reason why it had to. */
    public record FallbackUse(long boot, long child, long stack, long shutdown, long noJava) {
        public long blocks() {
            return boot + child + stack + shutdown + noJava;
        }
    }

    /** Reads the heap that is attached. */
    public static Snapshot take() {
        Threads.lock();
        try {
            List<DomainUse> domains = new ArrayList<>();
            for (int domain = 0; domain < PANAMEM_DOMAINS(); domain++) {
                domains.add(readDomain(domain));
            }
            ThreadsUse threads = new ThreadsUse(
                    Threads.count(),
                    Threads.total(),
                    Threads.crossings(),
                    Threads.largeAllocations(),
                    Threads.resizes());
            return new Snapshot(List.copyOf(domains), readPageHeap(), threads, readFallback());
        } finally {
            Threads.unlock();
        }
    }

    private static DomainUse readDomain(int domain) {
        List<ClassUse> classes = new ArrayList<>();
        LargeUse large = readLarge(domain);
        long liveBytes = large.liveBytes;
        for (int classIndex = 1; classIndex <= SizeClass.COUNT; classIndex++) {
            ClassUse use = readClass(domain, classIndex);
            if (use.totalBlocks > 0 || use.pools > 0) {
                classes.add(use);
                liveBytes += use.liveBlocks * use.blockBytes;
            }
        }
        return new DomainUse(
                domain,
                Ledger.usedBytes(domain),
                Ledger.domainLimitBytes(domain),
                liveBytes,
                List.copyOf(classes),
                large);
    }

    private static LargeUse readLarge(int domain) {
        long readyBlocks = 0;
        long readyBytes = 0;
        long total = Ledger.largeTotal(domain);
        for (long thread = Threads.first(); thread != 0; thread = Threads.next(thread)) {
            readyBlocks += Shelves.readyCount(thread, domain);
            readyBytes += Shelves.readyBytes(thread, domain);
            total += Shelves.allocations(thread, domain);
        }
        return new LargeUse(
                Math.max(0, Ledger.largeCount(domain) - readyBlocks),
                Math.max(0, Ledger.largeBytes(domain) - readyBytes),
                Ledger.largePeakBytes(domain),
                total,
                readyBlocks);
    }

    private static ClassUse readClass(int domain, int classIndex) {
        int bin = BinRecord.of(domain, classIndex);
        long record = BinRecord.address(bin);
        BinRecord.lock(bin);
        long inMagazines = 0;
        long total = BinRecord.allocations(record);
        int most = SizeClass.magazineMost(classIndex);
        for (long thread = Threads.first(); thread != 0; thread = Threads.next(thread)) {
            long magazine = Magazine.address(thread, bin);
            inMagazines += Magazine.countOpaque(magazine, most);
            total += Magazine.allocationsOpaque(magazine);
        }
        int inDepot = Depot.count(Depot.address(bin));
        ClassUse use = new ClassUse(
                classIndex,
                SizeClass.blockBytes(classIndex),
                Math.max(0, BinRecord.blocksOut(record) - inMagazines - inDepot),
                BinRecord.blocksOutPeak(record),
                total,
                inMagazines,
                inDepot,
                BinRecord.blocks(record) - BinRecord.blocksOut(record),
                BinRecord.poolCount(record));
        BinRecord.unlock(bin);
        return use;
    }

    private static PageHeapUse readPageHeap() {
        return new PageHeapUse(
                Arenas.taken() - 1,
                Arenas.most() - 1,
                Ledger.committedBytes(),
                Ledger.committedPeakBytes(),
                Ledger.committedTotalBytes(),
                Ledger.dirtyBytes(),
                Ledger.purgedTotalBytes(),
                Ledger.limitBytes(),
                Ledger.dirtyCapBytes(),
                Ledger.decayNanos(),
                Ledger.refusedByLimitCount(),
                Ledger.refusedByOsCount());
    }

    private static FallbackUse readFallback() {
        return new FallbackUse(
                fallbackBlocks(PANAMEM_FALLBACK_BOOT()),
                fallbackBlocks(PANAMEM_FALLBACK_CHILD()),
                fallbackBlocks(PANAMEM_FALLBACK_STACK()),
                fallbackBlocks(PANAMEM_FALLBACK_SHUTDOWN()),
                fallbackBlocks(PANAMEM_FALLBACK_NO_JAVA()));
    }

    private static long fallbackBlocks(int reason) {
        return Memory.getLong(Range.heap() + panamem_heap.fallback_blocks$offset() + (long) reason * Long.BYTES);
    }
}
