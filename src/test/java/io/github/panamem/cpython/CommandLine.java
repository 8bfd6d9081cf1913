package io.github.panamem.cpython;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code ./panamem test --cpython}: compares CPython's own tests on stock Python and on Panamem. */
final class CommandLine {
    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

    /** A judge, and a test file for it. */
    private record Case(Judge judge, String file) {}

    private CommandLine() {}

    /** Exit status 0: no difference, or only explained ones; 1: others; 2: the request cannot be met. */
    public static void main(String... arguments) throws IOException {
        int status;
        try {
            Request request = Request.of(arguments);
            status = judge(cases(request), request) ? 0 : 1;
        } catch (IllegalArgumentException mistake) {
            System.err.println("panamem: test --cpython: " + mistake.getMessage());
            status = 2;
        }
        System.exit(status);
    }

    private static List<Case> cases(Request request) throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Interpreter python : pythons(request)) {
            Judge judge = Court.judge(python, request.patience());
            Selection selection = Selection.of(python, request.tests());
            for (String file : selection.lacking()) {
                OUT.println(python.version() + " has no " + file);
            }
            for (String file : selection.files()) {
                if (request.again()) {
                    judge.forget(file);
                }
                cases.add(new Case(judge, file));
            }
        }
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to compare");
        }
        return cases;
    }

    private static List<Interpreter> pythons(Request request) {
        if (request.pythons().isEmpty()) {
            return Court.pythons();
        }
        return request.pythons().stream()
                .map(path -> Interpreter.at(path)
                        .orElseThrow(() -> new IllegalArgumentException(path + " is no CPython with its test suite")))
                .toList();
    }

    private static boolean judge(List<Case> cases, Request request) {
        Progress progress = new Progress(OUT, request.somebodyLooks(), cases.size());
        Tally tally = new Tally();
        try (Shards shards = new Shards(request.workers())) {
            List<CompletableFuture<Boolean>> verdicts = cases.stream()
                    .map(one -> shards.judge(one.judge(), one.file()).handle((judgement, failure) -> {
                        if (judgement == null) {
                            progress.tellFailure(one.file(), failure);
                            return false;
                        }
                        progress.tell(judgement);
                        tally.add(judgement);
                        return judgement.isGood();
                    }))
                    .toList();
            boolean good = verdicts.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
            OUT.println(tally.text());
            OUT.println("Logs: " + Court.RESULTS);
            OUT.flush();
            return good;
        }
    }
}
