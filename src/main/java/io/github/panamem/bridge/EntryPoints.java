package io.github.panamem.bridge;

/** The entries as C functions, made in the way that the host has. */
public interface EntryPoints {
    /** The address of the function that C calls for the entry, a PANAMEM_ENTRY_…; always the same. */
    long address(int entry);
}
