# A crash under faulthandler prints one traceback and ends by SIGSEGV.
# args: -X faulthandler
# mask: (?m)^  File ".*$
# mask: 0x[0-9a-f]+
# mask: (?s)\nCurrent thread's C stack trace.*
# mask: (?s)\nExtension modules: .*
import ctypes


def innermost():
    ctypes.string_at(0)


innermost()
