package io.github.panamem.cpython;

import java.io.PrintStream;

/** Tells about each file: in a log one line each; where somebody looks, one line that changes, and what differs. */
final class Progress {
    private static final String CLEAR = "\r\033[K";

    private final PrintStream log;
    private final boolean somebodyLooks;
    private final int files;
    private int done;

    Progress(PrintStream log, boolean somebodyLooks, int files) {
        this.log = log;
        this.somebodyLooks = somebodyLooks;
        this.files = files;
    }

    synchronized void tell(Judgement judgement) {
        tell(judgement.text(), judgement.isNews());
    }

    /** Answers whether the file is good, and it is not. */
    synchronized boolean tellFailure(String file, Throwable failure) {
        tell(file + " could not be judged: " + failure, true);
        return false;
    }

    private void tell(String text, boolean isNews) {
        done++;
        String line = "[%d/%d] %s".formatted(done, files, text);
        if (!somebodyLooks) {
            log.println(line);
        } else {
            log.print(CLEAR + line + (isNews ? "\n" : "") + (done == files ? CLEAR : ""));
        }
    }
}
