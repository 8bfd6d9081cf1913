# A crash in C code ends the process by SIGSEGV, without a word.
import ctypes

ctypes.string_at(0)
