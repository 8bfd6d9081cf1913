package io.github.panamem.cpython;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What each test of a file came to, from what {@code python -m test -W --junit-xml} writes.
 *
 * <p>In the XML a test that fails in subtests only has no name, for unittest reports subtests by a method that libregrtest
 * does not heed. The log of a file that failed names it.
 *
 * @param byTest the test method's full name → its verdict
 * @param nameless how many tests have no name in the log either
 */
record Verdicts(Map<String, Verdict> byTest, int nameless) {
    /** Without any test, as when a file is skipped as a whole. */
    static final Verdicts NONE = new Verdicts(Map.of(), 0);

    private static final Pattern FAILED_SUBTEST =
            Pattern.compile("^(?:FAIL|ERROR): \\S+ \\((test\\.\\S+)\\) ([(\\[].*)$", Pattern.MULTILINE);
    private static final Pattern SUBTEST = Pattern.compile("(\\S+\\.\\S+) [(\\[].*", Pattern.DOTALL);
    private static final Pattern CONTROL_OR_NUMBER = Pattern.compile("[\\x00-\\x1F]|&#(\\d+);");

    private static final int MESSAGE_LENGTH_MOST = 200;

    /** Without an XML there are no verdicts; libregrtest writes none for a file that is skipped as a whole. */
    static Verdicts read(Path xml, Path log) throws IOException {
        return Files.exists(xml) ? of(text(xml), text(log)) : NONE;
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    static Verdicts of(String xml, String log) throws IOException {
        Map<String, Verdict> verdicts = new TreeMap<>();
        int nameless = 0;
        NodeList tests = parse(cleaned(xml)).getElementsByTagName("testcase");
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            String name = method(test.getAttribute("name"));
            if (name.isEmpty()) {
                nameless++;
            } else {
                verdicts.merge(name, verdict(test), Verdict::orWorse);
            }
        }
        Map<String, Verdict> failed = nameless == 0 ? new TreeMap<>() : failedInSubtests(log);
        failed.keySet().removeAll(verdicts.keySet());
        verdicts.putAll(failed);
        return new Verdicts(verdicts, Math.max(0, nameless - failed.size()));
    }

    private static Map<String, Verdict> failedInSubtests(String log) {
        Map<String, Verdict> failed = new TreeMap<>();
        FAILED_SUBTEST
                .matcher(log)
                .results()
                .forEach(
                        subtest -> failed.putIfAbsent(subtest.group(1), Verdict.failed("subtest " + subtest.group(2))));
        return failed;
    }

    boolean isEmpty() {
        return byTest.isEmpty() && nameless == 0;
    }

    boolean haveFailure() {
        return nameless > 0 || byTest.values().stream().anyMatch(verdict -> verdict.kind() == Verdict.Kind.FAILED);
    }

    /** The verdict on a test that perhaps only the other side has. */
    Verdict on(String test) {
        Verdict unknown = nameless > 0 ? Verdict.failed("in a subtest") : Verdict.ABSENT;
        return byTest.getOrDefault(test, unknown);
    }

    /** A skipped subtest stands there as {@code package.Class.method [message] (parameters)}. */
    private static String method(String name) {
        var subtest = SUBTEST.matcher(name);
        return subtest.matches() ? subtest.group(1) : name;
    }

    private static Verdict verdict(Element test) {
        if (has(test, "outcome")) {
            return Verdict.failed("unexpected success");
        }
        return Stream.of("failure", "error")
                .filter(kind -> has(test, kind))
                .map(kind -> Verdict.failed(message(child(test, kind))))
                .findFirst()
                .orElse(has(test, "skipped") ? Verdict.SKIPPED : Verdict.PASSED);
    }

    private static boolean has(Element test, String kind) {
        return test.getElementsByTagName(kind).getLength() > 0;
    }

    private static Element child(Element test, String kind) {
        return (Element) test.getElementsByTagName(kind).item(0);
    }

    private static String message(Element failure) {
        String line = String.join(" ", failure.getAttribute("message").strip().split("\\s+"));
        return line.length() <= MESSAGE_LENGTH_MOST ? line : line.substring(0, MESSAGE_LENGTH_MOST) + "…";
    }

    /** Output of tests may hold characters that no XML allows, as they are or by number. */
    private static String cleaned(String xml) {
        return CONTROL_OR_NUMBER.matcher(xml).replaceAll(found -> {
            String number = found.group(1);
            boolean allowed = isXml(number == null ? found.group().charAt(0) : Integer.parseInt(number));
            return Matcher.quoteReplacement(allowed ? found.group() : "?");
        });
    }

    /** https://www.w3.org/TR/xml/#charsets. */
    private static boolean isXml(int character) {
        return character == '\t'
                || character == '\n'
                || character == '\r'
                || character >= ' ' && character < Character.MIN_SURROGATE
                || character > Character.MAX_SURROGATE && character < 0xFFFE
                || character > 0xFFFF;
    }

    private static Element parse(String text) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException failure) {
            throw new IOException(failure);
        }
    }
}
