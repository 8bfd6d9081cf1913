package io.github.panamem.cpython;

/**
 * What one run of a test file came to.
 *
 * @param status how the process ended: its exit status, 128 + n when signal n ended it, or {@link #NO_END}
 * @param seconds how long it took
 */
record Result(int status, long seconds, Verdicts verdicts) {
    /** The status of a process that was killed when the patience with it was over. */
    static final int NO_END = -1;

    /** libregrtest's exit status when a test failed. */
    private static final int FAILED_TESTS = 2;

    boolean hasTests() {
        return !verdicts.isEmpty();
    }

    /** The verdict on the file beyond its tests: it came to its end, and the end is the one that the tests explain. */
    String wholeFile() {
        if (status == NO_END) {
            return "no end";
        }
        if (!hasTests()) {
            return "no tests, status " + status;
        }
        boolean explained = status == 0 || status == FAILED_TESTS && verdicts.haveFailure();
        return explained ? "ended" : "status " + status;
    }
}
