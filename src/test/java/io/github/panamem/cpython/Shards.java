package io.github.panamem.cpython;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A few workers, to whom test files are handed out one by one. */
final class Shards implements AutoCloseable {
    private final ExecutorService workers;

    Shards(int workerCount) {
        workers = Executors.newFixedThreadPool(workerCount);
    }

    CompletableFuture<Judgement> judge(Judge judge, String file) {
        return CompletableFuture.supplyAsync(() -> judgement(judge, file), workers);
    }

    private static Judgement judgement(Judge judge, String file) {
        try {
            return judge.judge(file);
        } catch (IOException | InterruptedException failure) {
            throw new CompletionException(failure);
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
