package io.github.panamem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {
    private static final Plan PLAN = Plan.of(new RowsFile(
            "rows.txt",
            List.of(
                    "micro row=a title=A pattern=pair min_bytes=64 live=1 threads=1 seed=1 operations=1 warmup=1",
                    "contender name=arena rows=micro via=table malloc=arena",
                    "contender name=glibc rows=micro via=table malloc=malloc")));

    @TempDir
    Path folder;

    private final Results results = new Results();

    private void add(String contender, double cpuNs) {
        Cell cell = new Cell(
                "a", contender, List.of(), Map.of(), Optional.empty(), Cell.Output.STDOUT, Cell.Served.ANYBODY);
        results.add(
                cell, new Sample(null, null, null, cpuNs, null, null, null, null, null, null, null, null, null, null));
    }

    private JsonObject written() throws Exception {
        new ReportFiles(folder, PLAN, results, Map.of("kernel", "k"), List.of("x")).write();
        return JsonParser.parseString(Files.readString(folder.resolve("bench.json")))
                .getAsJsonObject();
    }

    @Test
    void allThreeFilesTellTheSameRun() throws Exception {
        add("arena", 10);
        add("glibc", 20);
        JsonObject json = written();
        assertThat(json.getAsJsonObject("machine").get("kernel").getAsString()).isEqualTo("k");
        assertThat(json.getAsJsonArray("remarks").get(0).getAsString()).isEqualTo("missing: x");
        assertThat(json.getAsJsonObject("rows")
                        .getAsJsonObject("a")
                        .getAsJsonObject("arena")
                        .getAsJsonObject("CPU_NS")
                        .get("median")
                        .getAsDouble())
                .isEqualTo(10);
        assertThat(Files.readString(folder.resolve("bench.md"))).contains("| A ", "10.0", "20.0");
        assertThat(Files.readString(folder.resolve("bench.html"))).contains("<td>A</td>", "<td>10.0</td>");
    }

    @Test
    void intervalsAreThereWhenTheRoundsAreEnough() throws Exception {
        add("arena", 10);
        add("glibc", 20);
        assertThat(against(written())).hasToString("[0.5]");
        add("arena", 10);
        add("glibc", 20);
        add("arena", 10);
        add("glibc", 20);
        assertThat(against(written())).hasToString("[0.5,0.5,0.5]");
    }

    private static Object against(JsonObject json) {
        return json.getAsJsonObject("arenaAgainst").getAsJsonObject("a").get("glibc");
    }

    @Test
    void theMainTablesTakeThePlaceOfADocumentsOldFigures() throws Exception {
        add("arena", 10);
        add("glibc", 20);
        Path doc = Files.writeString(folder.resolve("doc.md"), "# How\n\ntext\n\n## Figures\n\nold\n");
        ReportFiles files = new ReportFiles(folder, PLAN, results, Map.of("kernel", "k"), List.of());
        files.writeInto(doc);
        String first = Files.readString(doc);
        assertThat(first)
                .startsWith("# How\n\ntext\n\n## Figures\n\n- kernel: k\n")
                .contains("### Micro rows", "### Against the best")
                .doesNotContain("old", "Against glibc");
        files.writeInto(doc);
        assertThat(doc).hasContent(first);
        Files.writeString(doc, "# Other\n");
        assertThatThrownBy(() -> files.writeInto(doc)).hasMessageContaining("no line \"## Figures\"");
    }

    @Test
    void printsTheMarkdownAndWhereTheFilesAre() {
        add("arena", 10);
        StringWriter out = new StringWriter();
        new ReportFiles(folder, PLAN, results, Map.of(), List.of()).print(new PrintWriter(out));
        assertThat(out.toString()).contains("# Panamem bench", folder.resolve("bench.html") + "\n");
    }
}
