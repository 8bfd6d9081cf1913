package io.github.panamem.cpython;

/**
 * A reason why tests may differ.
 *
 * @param versions where it holds
 * @param meaning one sentence
 * @param reproduction the least Python program that shows it: its output on Panamem is not that on stock
 */
record ReasonClass(String name, Versions versions, String meaning, String reproduction) {}
