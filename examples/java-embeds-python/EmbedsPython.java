import io.github.panamem.Options;
import io.github.panamem.Panamem;
import io.github.panamem.Remains;
import io.github.panamem.observe.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java program runs Python in its own process, in memory that its Java manages and limits. */
public final class EmbedsPython {
    private static final int JAVA_THREADS = 4;
    private static final long LIMIT_BYTES = 256L << 20;

    private EmbedsPython() {}

    /** Arguments: libpython's file, Python's home, and the script to run. */
    public static void main(String[] arguments) throws Throwable {
        Panamem panamem = Panamem.open(
                Options.builder().limit(LIMIT_BYTES).reportAtExit().build());
        Python python = Python.start(panamem, Path.of(arguments[0]), Path.of(arguments[1]));

        python.execute(Files.readString(Path.of(arguments[2])));
        print("while Python runs", panamem.statistics());

        tellWhatIsRaised(python, "{}['no such key']");
        tellWhatIsRaised(python, "bytearray(1 << 30)");
        System.out.println("and it goes on: " + python.evaluate("len([str(i) for i in range(100000)])"));

        callFromJavaThreads(python);

        System.out.println("check: " + panamem.check().orElse("every equation holds"));
        System.out.println("finished: " + python.finish());
        print("after Py_FinalizeEx", panamem.statistics());
        Remains remains = panamem.close();
        System.out.println("closed with " + remains.liveBlocks() + " live blocks");
    }

    private static void tellWhatIsRaised(Python python, String expression) throws Throwable {
        try {
            System.out.println(expression + " is " + python.evaluate(expression));
        } catch (Python.PythonException raised) {
            System.out.println(expression + " raises " + raised.getMessage());
        }
    }

    /** Each thread of Java's is one of Python's while it calls. */
    private static void callFromJavaThreads(Python python) throws Throwable {
        List<Thread> threads = new ArrayList<>();
        python.execute("sums = []");
        for (int i = 1; i <= JAVA_THREADS; i++) {
            String statement = "sums.append(sum(len(str(n)) for n in range(" + i * 10_000 + ")))";
            threads.add(Thread.ofPlatform().name("worker " + i).start(() -> {
                try {
                    python.execute(statement);
                } catch (Throwable failure) {
                    throw new AssertionError(failure);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("from " + JAVA_THREADS + " threads of Java: " + python.evaluate("sorted(sums)"));
    }

    private static void print(String when, Snapshot now) {
        String[] names = {"RAW", "MEM", "OBJ"};
        System.out.println(when + ": " + now.pageHeap().committedBytes() / 1024 + " KiB committed");
        for (Snapshot.DomainUse domain : now.domains()) {
            long blocks = domain.large().liveBlocks();
            for (Snapshot.ClassUse use : domain.classes()) {
                blocks += use.liveBlocks();
            }
            System.out.println("  " + names[domain.domain()] + " " + blocks + " live blocks, " + domain.liveBytes() + " bytes");
        }
    }
}
