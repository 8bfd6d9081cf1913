package io.github.panamem.bridge;

/** The entries as C functions, made in the way that the host has. */
public interface EntryPoints {
    /** The address of a function of abi.h's signature that is the entry, a PANAMEM_ENTRY_…; always the same. */
    long address(int entry);
}
