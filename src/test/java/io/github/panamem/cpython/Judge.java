package io.github.panamem.cpython;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/**
 * Compares test files of one Python on both sides. A difference that is not explained counts when three more runs of both
 * sides show it as well. Results that are kept are not made again.
 */
final class Judge {
    private static final int RERUNS = 3;

    private final Interpreter python;
    private final Side stock;
    private final Side ours;
    private final Results results;
    private final Explanations explanations;
    private final Duration patience;

    Judge(Interpreter python, Side stock, Side ours, Results results, Explanations explanations, Duration patience) {
        this.python = python;
        this.stock = stock;
        this.ours = ours;
        this.results = results;
        this.explanations = explanations;
        this.patience = patience;
    }

    Interpreter python() {
        return python;
    }

    Judgement judge(String file) throws IOException, InterruptedException {
        Result before = result(stock, file, 0);
        Result after = result(ours, file, 0);
        List<Difference> differences = Difference.between(file, before, after);
        List<Difference> atFirst =
                differences.stream().filter(one -> !isExplained(one)).toList();
        List<Difference> everyTime = atFirst;
        for (int attempt = 1; attempt <= RERUNS && !everyTime.isEmpty(); attempt++) {
            everyTime = stillThere(everyTime, file, attempt);
        }
        return new Judgement(
                python,
                file,
                before,
                after,
                explained(differences),
                everyTime,
                without(everyTime, atFirst),
                stale(file, differences));
    }

    void forget(String file) throws IOException {
        results.forget(stock, file);
        results.forget(ours, file);
    }

    private List<Difference> stillThere(List<Difference> differences, String file, int attempt)
            throws IOException, InterruptedException {
        List<Difference> again = Difference.between(file, result(stock, file, attempt), result(ours, file, attempt));
        return differences.stream().filter(one -> concerns(again, one.test())).toList();
    }

    private static List<Difference> without(List<Difference> these, List<Difference> all) {
        return all.stream().filter(one -> !concerns(these, one.test())).toList();
    }

    private static boolean concerns(List<Difference> differences, String test) {
        return differences.stream().anyMatch(one -> one.test().equals(test));
    }

    private boolean isExplained(Difference difference) {
        return explanations.find(difference.test(), python.minorVersion()).isPresent();
    }

    private List<Explained> explained(List<Difference> differences) {
        return differences.stream()
                .flatMap(one -> explanations.find(one.test(), python.minorVersion()).stream())
                .toList();
    }

    private List<Explained> stale(String file, List<Difference> differences) {
        return explanations.tests().stream()
                .filter(explained -> explained.versions().include(python.minorVersion()))
                .filter(explained -> Difference.belongs(explained.test(), file))
                .filter(explained -> !concerns(differences, explained.test()))
                .toList();
    }

    private Result result(Side side, String file, int attempt) throws IOException, InterruptedException {
        Results.Slot slot = results.slot(side, file, attempt);
        Optional<Result> kept = results.find(slot);
        return kept.isPresent() ? kept.get() : run(side, file, slot);
    }

    private Result run(Side side, String file, Results.Slot slot) throws IOException, InterruptedException {
        results.begin(slot);
        try (WorkingFolder working = new WorkingFolder()) {
            long begin = System.nanoTime();
            int status = status(start(side, file, slot, working.path()));
            if (working.isAbandoned()) {
                throw new CancellationException(file);
            }
            return results.keep(slot, status, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
        }
    }

    private Process start(Side side, String file, Results.Slot slot, Path working) throws IOException {
        return side.launcher()
                .apply(python.command("-W", "--junit-xml", slot.xml().toString(), file))
                .in(working)
                .with("TMPDIR", working.toString())
                .builder()
                .redirectErrorStream(true)
                .redirectOutput(slot.log().toFile())
                .start();
    }

    /** Waits with patience. The process's descendants must be known before it ends: after that they are nobody's children. */
    private int status(Process process) throws InterruptedException {
        if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return process.exitValue();
        }
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly().waitFor();
        descendants.forEach(ProcessHandle::destroyForcibly);
        return Result.NO_END;
    }
}
