package io.github.panamem.cpython;

import java.util.List;

/**
 * What the comparison of one test file came to.
 *
 * @param stock the first result of stock Python
 * @param ours the first result on Panamem
 * @param explained entries of the list that were needed
 * @param unexplained what differs every time
 * @param unsteady what differed at first, and not every time after that
 * @param stale entries of the list about this file that were not needed
 */
record Judgement(
        Interpreter python,
        String file,
        Result stock,
        Result ours,
        List<Explained> explained,
        List<Difference> unexplained,
        List<Difference> unsteady,
        List<Explained> stale) {
    int tests() {
        return stock.hasTests() && ours.hasTests()
                ? Difference.tests(stock, ours).size()
                : 0;
    }

    boolean isGood() {
        return unexplained.isEmpty();
    }

    /** Is there more to say than that nothing differs? */
    boolean isNews() {
        return text().contains("\n");
    }

    /** One line, and one more for each thing to know. */
    String text() {
        StringBuilder text = new StringBuilder("%s %s: ".formatted(python.version(), file));
        text.append(tests() > 0 ? tests() + " tests" : "nothing to compare, " + stock.wholeFile());
        text.append(" (stock %d s, Panamem %d s)".formatted(stock.seconds(), ours.seconds()));
        unexplained.forEach(one -> text.append("\n  DIFFERS ").append(one));
        unsteady.forEach(one -> text.append("\n  not every time: ").append(one));
        explained.forEach(one -> text.append("\n  %s: %s, %s".formatted(one.reason(), one.test(), one.why())));
        stale.forEach(one -> text.append("\n  stale, no difference any more: ").append(one.test()));
        return text.toString();
    }
}
