package io.github.panamem.fold;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Folds jextract's classes to the numbers in them: each method that answers a constant, an offset or a size becomes
 * {@code return number}, under its own name, and nothing else is kept.
 *
 * <p>Why: initialising jextract's layouts and var handles takes about as long as starting the JVM does, and the core
 * needs numbers only. So the product jar holds the folded classes; what they say is what jextract read.
 */
public final class Fold {
    private Fold() {}

    /** Folds every class of the package folder {@code args[0]/args[2]} into {@code args[1]}; the package is a path. */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path classes = Path.of(args[0]);
        Path folded = Path.of(args[1]);
        List<Path> files;
        try (var found = Files.list(classes.resolve(args[2]))) {
            files = found.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            Path place = classes.relativize(file);
            String name = place.toString().replaceAll("\\.class$", "").replace('/', '.');
            Class<?> full = Class.forName(name, false, Fold.class.getClassLoader());
            List<Method> numbers = numbers(full);
            if (!numbers.isEmpty()) {
                Files.createDirectories(folded.resolve(place).getParent());
                Files.write(folded.resolve(place), fold(full, numbers));
            }
        }
    }

    /** The methods that answer a number and ask nothing, by name: the order of reflection is not promised. */
    public static List<Method> numbers(Class<?> full) {
        return Arrays.stream(full.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getParameterCount() == 0)
                .filter(method -> method.getReturnType() == int.class || method.getReturnType() == long.class)
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    private static byte[] fold(Class<?> full, List<Method> numbers) throws ReflectiveOperationException {
        long[] values = new long[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((Number) numbers.get(i).invoke(null)).longValue();
        }
        return ClassFile.of().build(ClassDesc.of(full.getName()), folded -> {
            folded.withFlags(ACC_PUBLIC | ACC_FINAL);
            for (int i = 0; i < values.length; i++) {
                Class<?> type = numbers.get(i).getReturnType();
                long value = values[i];
                folded.withMethodBody(
                        numbers.get(i).getName(),
                        MethodTypeDesc.of(type.describeConstable().orElseThrow()),
                        ACC_PUBLIC | ACC_STATIC,
                        code -> {
                            if (type == int.class) {
                                code.loadConstant((int) value).ireturn();
                            } else {
                                code.loadConstant(value).lreturn();
                            }
                        });
            }
        });
    }
}
