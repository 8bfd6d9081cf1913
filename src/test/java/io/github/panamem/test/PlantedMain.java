package io.github.panamem.test;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs {@link Planted}, or the method that is named, and prints a line for each test: its name, "passed" or what it failed by. */
final class PlantedMain {
    private PlantedMain() {}

    public static void main(String[] arguments) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(
                        arguments.length == 0
                                ? DiscoverySelectors.selectClass(Planted.class)
                                : DiscoverySelectors.selectMethod(Planted.class, arguments[0]))
                .build();
        LauncherFactory.create().execute(request, new Printer());
    }

    private static final class Printer implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest() || result.getThrowable().isPresent()) {
                System.out.println("@" + test.getDisplayName() + " "
                        + result.getThrowable().map(Throwable::toString).orElse("passed"));
            }
        }
    }
}
