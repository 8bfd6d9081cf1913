package io.github.panamem.cpython;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What each test of a file came to, from the JUnit XML that {@code python -m test} writes: passed, skipped, failed. */
final class Verdicts {
    private Verdicts() {}

    /** Test name → verdict. A name that occurs twice (a test that was run again) counts with its last verdict. */
    static Map<String, String> read(Path xml) throws IOException {
        /* Output of tests may hold characters that no XML allows. */
        String text = Files.readString(xml, StandardCharsets.ISO_8859_1)
                .replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]", "?");
        Map<String, String> verdicts = new TreeMap<>();
        NodeList tests = parse(text).getElementsByTagName("testcase");
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            verdicts.put(test.getAttribute("name"), verdict(test));
        }
        return verdicts;
    }

    private static String verdict(Element test) {
        boolean failed = test.getElementsByTagName("failure").getLength() > 0
                || test.getElementsByTagName("error").getLength() > 0;
        boolean skipped = test.getElementsByTagName("skipped").getLength() > 0;
        return failed ? "failed" : skipped ? "skipped" : "passed";
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
