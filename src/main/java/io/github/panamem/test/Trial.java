package io.github.panamem.test;

import io.github.panamem.bridge.Testing;
import java.util.List;

/** One plan, tried on a call in this process: what came of it? */
final class Trial {
    private static final int ROUNDS = 4;

    private final Checks checks;
    private final Checks.Call call;
    private final FailsCleanly how;

    Trial(Checks checks, Checks.Call call, FailsCleanly how) {
        this.checks = checks;
        this.call = call;
        this.how = how;
    }

    /**
     * What came of it.
     *
     * @param verdict clean, unreached, leak or wrong result; a process that ends has no say in the others
     * @param how in a few words
     * @param said more about it
     */
    record Result(String verdict, String how, String said) {
        boolean isBad() {
            return !verdict.equals("clean") && !verdict.equals("unreached");
        }
    }

    /** What ends the process is a hang when the plan is in force for more requests than that. */
    Result run(String plan, long requests) {
        checks.testing().budget(ROUNDS * requests + how.requests());
        try {
            return run(plan);
        } finally {
            checks.testing().budget(0);
        }
    }

    private Result run(String plan) {
        Testing testing = checks.testing();
        long[] refused = {0};
        String report;
        try {
            report = checks.leaks(() -> refused[0] += callRefused(plan), ROUNDS);
        } catch (Throwable wrong) {
            return new Result("wrong result", "it answers wrongly", wrong.toString());
        } finally {
            testing.stop();
        }
        if (refused[0] == 0) {
            return new Result("unreached", "no request was refused", "");
        }
        return report.isEmpty() ? new Result("clean", "", "") : new Result("leak", "it leaves blocks", report);
    }

    /** How many requests were refused. */
    private long callRefused(String plan) throws Throwable {
        checks.testing().fail(plan);
        try {
            call.run();
        } catch (Throwable error) {
            if (List.of(how.errors()).stream().noneMatch(expected -> expected.isInstance(error))) {
                throw error;
            }
        } finally {
            checks.testing().stop();
        }
        return checks.testing().refused();
    }

    /** The plan of the environment, with nothing that bounds it: the report, or "". */
    String againHere(String plan) {
        Result result = run(plan);
        return result.verdict().equals("clean")
                ? ""
                : "panamem: " + result.verdict() + ": " + result.how() + "\n" + result.said();
    }
}
