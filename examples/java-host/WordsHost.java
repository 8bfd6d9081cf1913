import io.github.panamem.Options;
import io.github.panamem.Panamem;
import io.github.panamem.Remains;
import io.github.panamem.observe.Snapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Java program opens Panamem, loads a C library that takes its memory from CPython's allocators, and calls it. The words
 * of the files that it is given are counted in C, in memory that this program's Java manages.
 */
public final class WordsHost {
    private WordsHost() {}

    /** Arguments: the C library, then the files to read. */
    public static void main(String[] arguments) throws Throwable {
        Panamem panamem = Panamem.open(Options.builder().limit(256L << 20).build());
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup library = SymbolLookup.libraryLookup(Path.of(arguments[0]), Arena.global());
            MethodHandle wordsOf = function(library, "words_of", ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
            MethodHandle count = function(library, "words_count", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
            MethodHandle free = Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow("words_free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

            StringBuilder text = new StringBuilder();
            for (int i = 1; i < arguments.length; i++) {
                text.append(Files.readString(Path.of(arguments[i]))).append('\n');
            }
            MemorySegment letters = arena.allocateFrom(text.toString());
            MemorySegment words = (MemorySegment) wordsOf.invokeExact(letters, letters.byteSize() - 1);
            System.out.println((long) count.invokeExact(words) + " distinct words in " + letters.byteSize() + " bytes");
            print(panamem);
            free.invokeExact(words);
        }
        System.out.println("check: " + panamem.check().orElse("every equation holds"));
        Remains remains = panamem.close();
        System.out.println("closed with " + remains.liveBlocks() + " live blocks");
    }

    private static void print(Panamem panamem) {
        Snapshot now = panamem.statistics();
        String[] names = {"RAW", "MEM", "OBJ"};
        System.out.println(panamem.active() + ": " + now.pageHeap().arenas() + " arenas, "
                + now.pageHeap().committedBytes() / 1024 + " KiB committed, " + now.threads().crossings() + " crossings");
        for (Snapshot.DomainUse domain : now.domains()) {
            long blocks = domain.large().liveBlocks();
            for (Snapshot.ClassUse use : domain.classes()) {
                blocks += use.liveBlocks();
            }
            System.out.println("  " + names[domain.domain()] + " " + blocks + " live blocks, " + domain.liveBytes() + " bytes");
        }
    }

    private static MethodHandle function(SymbolLookup library, String name, ValueLayout answer, ValueLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(answer, arguments));
    }
}
