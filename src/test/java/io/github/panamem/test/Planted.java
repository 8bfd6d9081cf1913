package io.github.panamem.test;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.panamem.Domain;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that AnnotationsIT runs in a JVM of its own: those named right… must pass, the others fail by a report. */
@ExtendWith(PanamemExtension.class)
class Planted {
    static final String LIBRARY = "panamem.test.planted";

    private static @Nullable SymbolLookup library;
    private boolean isPrepared;

    @BeforeAll
    @SuppressWarnings("restricted")
    static void load() {
        library = SymbolLookup.libraryLookup(Path.of(System.getProperty(LIBRARY)), Arena.global());
    }

    @BeforeEach
    void prepare() {
        isPrepared = true;
    }

    /** What the function answers but for 0, which is OutOfMemoryError. */
    @SuppressWarnings("restricted")
    private int call(String name) throws Throwable {
        assertThat(isPrepared).isTrue();
        assertThat(library).isNotNull();
        MethodHandle function =
                Linker.nativeLinker().downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT));
        int answer = (int) function.invokeExact();
        if (answer == 0) {
            throw new OutOfMemoryError(name);
        }
        return answer;
    }

    @Test
    @LeakFree
    @MaxAllocations(2)
    @FailsCleanly
    void rightInAllWays() throws Throwable {
        assertThat(call("clean")).isEqualTo(1);
    }

    @Test
    @LeakFree
    void rightCache() throws Throwable {
        call("cached");
    }

    @Test
    @MaxAllocations(value = 1, domain = Domain.OBJ)
    void rightOneObject() throws Throwable {
        call("clean");
    }

    @Test
    @FailsCleanly(filter = "mem:size=8")
    void rightFirstRequest() throws Throwable {
        call("unchecked");
    }

    @Test
    void rightWithoutAnAnnotation() throws Throwable {
        call("lost_buffer");
    }

    @Test
    @LeakFree
    void leakLostBuffer() throws Throwable {
        call("lost_buffer");
    }

    @Test
    @LeakFree(calls = 1)
    void leakByOneCall() throws Throwable {
        call("lost_buffer");
    }

    @Test
    @MaxAllocations(1)
    void allocationsTwo() throws Throwable {
        call("clean");
    }

    @Test
    @FailsCleanly
    void crashUnchecked() throws Throwable {
        call("unchecked");
    }

    @Test
    @FailsCleanly
    void leakOnError() throws Throwable {
        call("leak_on_error");
    }

    @Test
    @FailsCleanly
    void wrongHidden() throws Throwable {
        assertThat(call("hidden")).isEqualTo(1);
    }

    @Test
    @FailsCleanly(errors = IllegalStateException.class)
    void wrongError() throws Throwable {
        call("clean");
    }

    @Test
    @FailsCleanly(requests = 1000)
    void hangEndless() throws Throwable {
        call("endless");
    }
}
