package io.github.panamem.os;

/** Makes the operating system refuse, for tests of every package. */
public final class OsFaults {
    private OsFaults() {}

    /** Every n-th commit of an arena is refused from now on, counting from 1; 0 refuses none. */
    public static void refuseEveryCommit(int n) {
        Os.refusedCommitPeriod = n;
        Os.commits = 0;
    }

    public static void refuseEveryDiscard(int n) {
        Os.refusedDiscardPeriod = n;
        Os.discards = 0;
    }

    /** Commits asked for since the last refuseEveryCommit. */
    public static int commits() {
        return Os.commits;
    }

    public static int discards() {
        return Os.discards;
    }

    public static void assumeAddressSpace(long bytes) {
        Os.assumedAddressSpaceBytes = bytes;
    }

    /** Nothing is refused any more; the counts stay. */
    public static void none() {
        Os.refusedCommitPeriod = 0;
        Os.refusedDiscardPeriod = 0;
        Os.assumedAddressSpaceBytes = 0;
    }
}
