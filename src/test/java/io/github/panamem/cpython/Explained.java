package io.github.panamem.cpython;

/**
 * A test that may differ, with its reason.
 *
 * @param reason the name of a {@link ReasonClass}
 * @param why a sentence about this test
 */
record Explained(String test, String reason, Versions versions, String why) {}
