package io.github.panamem.benchmarks;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** bench.md, bench.html and bench.json of a run, written anew whenever there is more to say. */
final class ReportFiles {
    private static final List<String> NAMES = List.of("bench.md", "bench.html", "bench.json");

    private final Path folder;
    private final Plan plan;
    private final Results results;
    private final Map<String, String> machine;
    private final Collection<String> missing;

    ReportFiles(Path folder, Plan plan, Results results, Map<String, String> machine, Collection<String> missing) {
        this.folder = folder;
        this.plan = plan;
        this.results = results;
        this.machine = machine;
        this.missing = missing;
    }

    void write() throws IOException {
        Document document = document();
        Files.writeString(folder.resolve("bench.md"), document.markdown());
        Files.writeString(folder.resolve("bench.html"), Page.html(document));
        Files.writeString(
                folder.resolve("bench.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(json(document)) + "\n");
    }

    /** Puts the main figures into a document of ours. */
    void writeInto(Path file) throws IOException {
        Files.writeString(file, document().markdownInto(Files.readString(file)));
    }

    /** The Markdown, and where the files are. */
    void print(PrintWriter out) {
        out.println(document().markdown());
        NAMES.forEach(name -> out.println(folder.resolve(name)));
        out.flush();
    }

    private Document document() {
        return Report.document(plan, results, machine, missing);
    }

    private Map<String, Object> json(Document document) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", document.facts());
        json.put("remarks", document.remarks());
        json.put("failures", results.failures());
        json.put("rows", results.medians());
        json.put(Report.OURS + "Against", results.against(Report.OURS));
        json.put("samples", results.samples());
        return json;
    }
}
