package io.github.panamem.memory;

/** Is the host a native image, or the build of one, rather than a JVM? */
public final class NativeImage {
    /** A constant to both compilers: what stands behind it costs the other host nothing. */
    public static final boolean IS_HOST = System.getProperty("org.graalvm.nativeimage.imagecode") != null;

    private NativeImage() {}
}
