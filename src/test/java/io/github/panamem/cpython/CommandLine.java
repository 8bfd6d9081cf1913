package io.github.panamem.cpython;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        Map<Interpreter, Selection> selections = new LinkedHashMap<>();
        for (Interpreter python : pythons(request)) {
            selections.put(python, Selection.of(python, request.tests()));
        }
        refuseWhatNobodyHas(request.tests(), selections.values());
        List<Case> cases = new ArrayList<>();
        for (Interpreter python : selections.keySet()) {
            Selection selection = selections.get(python);
            selection.lacking().forEach(file -> OUT.println(python.version() + " has no " + file));
            Judge judge = Court.judge(python, request.patience());
            for (String file : selection.files()) {
                if (request.again()) {
                    judge.forget(file);
                }
                cases.add(new Case(judge, file));
            }
        }
        return cases;
    }

    private static void refuseWhatNobodyHas(List<String> tests, Collection<Selection> selections) {
        for (String test : tests) {
            if (selections.stream().allMatch(selection -> selection.lacking().contains(test))) {
                throw new IllegalArgumentException("no Python here has " + test);
            }
        }
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
        boolean good;
        try (Shards shards = new Shards(request.workers())) {
            List<CompletableFuture<Boolean>> verdicts = cases.stream()
                    .map(one -> shards.judge(one.judge(), one.file())
                            .thenApply(judgement -> isGood(judgement, progress, tally))
                            .exceptionally(failure -> progress.tellFailure(one.file(), failure)))
                    .toList();
            good = verdicts.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
        }
        OUT.println(tally.text());
        OUT.println("Logs: " + Court.RESULTS);
        return good;
    }

    private static boolean isGood(Judgement judgement, Progress progress, Tally tally) {
        progress.tell(judgement);
        tally.add(judgement);
        return judgement.isGood();
    }
}
