package io.github.panamem.test;

import io.github.panamem.bridge.Testing;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a {@link TrialMain} writes down for its {@link Trials}: a line each. */
sealed interface Progress {
    /** Words separated by blanks; texts in Base64. */
    String line();

    /** So many requests there are. */
    record Counted(long requests) implements Progress {
        @Override
        public String line() {
            return "counted " + requests;
        }
    }

    /** This one is refused now. */
    record Tried(long number, Testing.Noted noted) implements Progress {
        private static final Pattern NAMED = Pattern.compile(" \\(.+\\+0x|\"library\":\"");

        /** What does not change from process to process: the frames in libraries, without those that Java compiled. */
        String site() {
            String frames =
                    noted.site().lines().skip(1).filter(NAMED.asPredicate()).collect(Collectors.joining(" "));
            return Integer.toHexString((frames.isEmpty() ? noted.plan() : frames).hashCode());
        }

        @Override
        public String line() {
            return "tried " + number + " " + noted.bytes() + " " + noted.domain() + " " + encoded(noted.plan()) + " "
                    + encoded(noted.site());
        }
    }

    /** That came of it. */
    record Judged(long number, Trial.Result result) implements Progress {
        @Override
        public String line() {
            return "judged " + number + " " + encoded(result.verdict()) + " " + encoded(result.how()) + " "
                    + encoded(result.said());
        }
    }

    /** The other way round; a line that was cut off when the process ended is an IllegalArgumentException. */
    static Progress parse(String line) {
        String[] words = line.split(" ", -1);
        return switch (words[0] + words.length) {
            case "counted2" -> new Counted(Long.parseLong(words[1]));
            case "tried6" ->
                new Tried(
                        Long.parseLong(words[1]),
                        new Testing.Noted(
                                Long.parseLong(words[2]), domain(words[3]), decoded(words[4]), decoded(words[5])));
            case "judged5" ->
                new Judged(
                        Long.parseLong(words[1]),
                        new Trial.Result(decoded(words[2]), decoded(words[3]), decoded(words[4])));
            default -> throw new IllegalArgumentException(line);
        };
    }

    private static int domain(String word) {
        int domain = Integer.parseInt(word);
        if (domain < 0 || domain >= Findings.DOMAINS.size()) {
            throw new IllegalArgumentException("there is no domain " + word);
        }
        return domain;
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
