package io.github.panamem.bridge;

import java.util.function.Consumer;
import java.util.function.LongBinaryOperator;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * The lambda forms that a start needs, for the AOT cache. java.lang.invoke spins a class for each new shape of a method
 * handle, which takes a millisecond, and java.lang.foreign makes handles of a dozen shapes before it makes our upcall. The
 * cache holds no handle of theirs; but it does hold the forms of the method references that training linked, and forms are
 * found by shape. So here is one reference of each shape; none is ever called.
 *
 * <p>A shape is what remains of the types when all references are one type and int is what shorter integers are.
 */
final class LambdaForms {
    @FunctionalInterface
    interface Longs {
        long of(long a, long b, long c, long d);
    }

    @FunctionalInterface
    interface ReferenceAndLongs {
        long of(Object reference, long a, long b, long c, long d);
    }

    @FunctionalInterface
    interface ReferenceLongReference {
        void of(Object a, long b, Object c);
    }

    interface Slices {
        Object byLongs(long a, long b);

        Object byReference(long a, Object b);
    }

    @FunctionalInterface
    interface SliceByLongs {
        Object of(Slices slices, long a, long b);
    }

    @FunctionalInterface
    interface SliceByReference {
        Object of(Slices slices, long a, Object b);
    }

    private LambdaForms() {}

    /** Links them all. */
    static int link() {
        Object[] references = {
            (ToLongFunction<Object>) LambdaForms::toLong,
            (LongFunction<Object>) LambdaForms::ofLong,
            (Consumer<Object>) LambdaForms::take,
            (LongBinaryOperator) LambdaForms::ofTwo,
            (Longs) LambdaForms::ofFour,
            (ReferenceAndLongs) LambdaForms::ofFive,
            (ReferenceLongReference) LambdaForms::takeThree,
            (SliceByLongs) Slices::byLongs,
            (SliceByReference) Slices::byReference
        };
        return references.length;
    }

    private static long toLong(Object reference) {
        return reference.hashCode();
    }

    private static Object ofLong(long a) {
        return a;
    }

    private static void take(Object reference) {
        toLong(reference);
    }

    private static long ofTwo(long a, long b) {
        return a + b;
    }

    private static long ofFour(long a, long b, long c, long d) {
        return a + b + c + d;
    }

    private static long ofFive(Object reference, long a, long b, long c, long d) {
        return toLong(reference) + ofFour(a, b, c, d);
    }

    private static void takeThree(Object a, long b, Object c) {
        take(a);
    }
}
