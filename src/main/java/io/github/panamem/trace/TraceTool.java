package io.github.panamem.trace;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code panamem trace FILE}: the largest sites; {@code panamem trace OLD NEW}: what has changed between the two. */
public final class TraceTool {
    private static final String TOP = "--top=";
    private static final int TOP_DEFAULT = 20;

    private final PrintStream out;
    private final List<Path> files = new ArrayList<>();
    private int top = TOP_DEFAULT;

    private TraceTool(PrintStream out) {
        this.out = out;
    }

    /** Exits with 1 after one line on stderr for what it cannot read. */
    public static void main(String... arguments) {
        int status = run(System.out, System.err, arguments);
        System.out.flush();
        System.exit(status);
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        try {
            new TraceTool(out).print(arguments);
            return 0;
        } catch (NoSuchFileException missing) {
            err.println("panamem: trace: there is no file " + missing.getFile());
        } catch (IOException unreadable) {
            err.println("panamem: trace: cannot read: " + unreadable.getMessage());
        } catch (IllegalArgumentException wrong) {
            err.println("panamem: trace: " + wrong.getMessage());
        }
        return 1;
    }

    private void print(String... arguments) throws IOException {
        for (String argument : arguments) {
            take(argument);
        }
        switch (files.size()) {
            case 1 -> printTop(TraceSnapshot.read(files.getFirst()));
            case 2 -> printChanges(TraceSnapshot.read(files.get(0)), TraceSnapshot.read(files.get(1)));
            default -> throw new IllegalArgumentException("give it one file, or an old and a new one");
        }
    }

    private void take(String argument) {
        if (!argument.startsWith("-")) {
            files.add(Path.of(argument));
        } else if (argument.matches(TOP + "[1-9][0-9]{0,8}")) {
            top = Integer.parseInt(argument.substring(TOP.length()));
        } else {
            throw new IllegalArgumentException(
                    "unknown option " + argument + "; allowed: " + TOP + "N, a number from 1");
        }
    }

    private void printTop(TraceSnapshot snapshot) {
        out.println(snapshot.title());
        out.printf("%14s %12s %14s %14s  %s%n", "live bytes", "live blocks", "peak bytes", "total blocks", "site");
        for (TraceSite site : snapshot.top(top)) {
            out.printf(
                    "%14d %12d %14d %14d  %s%n",
                    site.liveBytes(), site.liveBlocks(), site.peakBytes(), site.totalBlocks(), site.site());
        }
    }

    private void printChanges(TraceSnapshot before, TraceSnapshot now) {
        List<TraceChange> changes = now.since(before);
        long bytes = changes.stream().mapToLong(TraceChange::liveBytes).sum();
        long blocks = changes.stream().mapToLong(TraceChange::liveBlocks).sum();
        out.printf("%+d live bytes in %+d blocks; %d sites have changed%n", bytes, blocks, changes.size());
        out.printf("%15s %13s %14s %14s  %s%n", "live bytes", "live blocks", "now bytes", "new blocks", "site");
        for (TraceChange change : changes.subList(0, Math.min(top, changes.size()))) {
            out.printf(
                    "%+15d %+13d %14d %14d  %s%n",
                    change.liveBytes(),
                    change.liveBlocks(),
                    change.now().liveBytes(),
                    change.totalBlocks(),
                    change.now().site());
        }
    }
}
