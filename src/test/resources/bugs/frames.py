"""Frees a block as one of another domain, and prints the Python frames of both calls as CPython itself knows them."""

import ctypes
import os
import sys

malloc = ctypes.pythonapi.PyMem_Malloc
malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
free = ctypes.pythonapi.PyObject_Free
free.restype, free.argtypes = None, [ctypes.c_void_p]


def say(what, value):
    frame, places = sys._getframe(1), []
    while frame:
        code = frame.f_code
        name = os.path.basename(code.co_filename).encode("ascii", "backslashreplace").decode()
        places.append(f"{name}:{frame.f_lineno}:{code.co_qualname}")
        frame = frame.f_back
    print(what, *places, flush=True)
    return value


class Maker:
    def make(self):
        return malloc(say("allocated", 16))


def makers():
    yield Maker().make()


def drop(block):
    free(say("here", block))


def mistake():
    block = next(makers())
    drop(
        block
    )


exec(compile("\n\nmistake()", "<gen\u00e9rated>", "exec"))
