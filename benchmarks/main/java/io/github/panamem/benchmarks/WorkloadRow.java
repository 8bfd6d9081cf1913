package io.github.panamem.benchmarks;

/** A script on a CPython. A control hardly allocates: it is shown and not averaged. Quick scale 0: not part of --quick. */
record WorkloadRow(
        String name, String title, Python python, String script, long scale, long quickScale, boolean control)
        implements Row {

    static WorkloadRow of(RowsFile.Line line, Python python, String suffix) {
        return new WorkloadRow(
                line.text("row") + suffix,
                line.text("title"),
                python,
                line.text("script"),
                line.count("scale"),
                line.count("quick", 0),
                line.yes("control"));
    }

    WorkloadRow times(int times) {
        return new WorkloadRow(name, title, python, script, scale * times, quickScale, control);
    }

    long shortScale() {
        return quickScale > 0 ? quickScale : Math.max(1, scale / 10);
    }
}
