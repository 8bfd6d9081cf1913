# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: markers for tests whose C extensions must not leak and must survive refused requests for memory.

    @pytest.mark.leak_free                    # calls=8: how often the test is called to tell a leak from a cache
    @pytest.mark.max_allocations(20)          # domain="raw", "mem" or "obj": only requests of that domain
    @pytest.mark.fails_cleanly                # errors=(MemoryError,): what the test may raise; filter="mem:size=64"

    panamem run --malloc debug -- python3 -m pytest -p panamem_pytest

A marked test is called several times with the same fixtures, so it must be repeatable. What does the work is in the preload
library (panamem/testing.h); without it, or without debug hooks, marked tests run once, as if they had no marker, and the
summary says so. docs/TESTING_EXTENSIONS.md leads through it.
"""

import collections
import ctypes
import functools
import gc
import os
import re
import sys
import traceback
import warnings

import pytest

RIGHT, REFUSED, WRONG = range(3)  # enum panamem_outcome
WARM_UPS = 2
REPORT_BYTES = 1 << 20
SITES_TOLD = 5

CALL = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
FORK = ctypes.PYFUNCTYPE(ctypes.c_int)


class FailTest(ctypes.Structure):
    """struct panamem_fail_test"""

    _fields_ = [
        ("struct_bytes", ctypes.c_uint64),
        ("call", CALL),
        ("argument", ctypes.c_void_p),
        ("filter", ctypes.c_char_p),
        ("fork", FORK),
        ("rests", ctypes.c_int),
        ("rounds", ctypes.c_uint32),
        ("cpu_seconds", ctypes.c_uint32),
        ("seconds", ctypes.c_uint32),
        ("requests", ctypes.c_uint64),
    ]


class Request(ctypes.Structure):
    """struct panamem_request"""

    _fields_ = [
        ("key", ctypes.c_uint64),
        ("bytes", ctypes.c_uint64),
        ("domain", ctypes.c_int),
        ("plan", ctypes.c_char * 256),
    ]


class Library:
    """The functions of panamem/testing.h, with the GIL held; none of them makes a Python object of its own."""

    def __init__(self):
        library = ctypes.PyDLL(None)
        self.leak_begin = library.panamem_leak_begin
        self.leak_round = library.panamem_leak_round
        self.leak_end = library.panamem_leak_end
        self.leak_end.restype = ctypes.c_int64
        self.leak_end.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
        self.note = library.panamem_fail_note
        self.note.argtypes = [ctypes.c_char_p]
        self.rest = library.panamem_fail_rest
        self.stop = library.panamem_fail_stop
        self.stop.restype = ctypes.c_int64
        self.request = library.panamem_fail_request
        self.request.argtypes = [ctypes.c_int64, ctypes.POINTER(Request), ctypes.c_char_p, ctypes.c_size_t]
        self.fail_each = library.panamem_fail_each
        self.fail_each.restype = ctypes.c_int64
        self.fail_each.argtypes = [ctypes.POINTER(FailTest), ctypes.c_char_p, ctypes.c_size_t]
        self._error = library.panamem_test_error
        self._error.restype = ctypes.c_char_p

    def must(self, answer):
        """Functions answer -1 when they refuse, and keep a line that says why."""
        if answer < 0:
            pytest.fail("panamem: " + self._error().decode(), pytrace=False)
        return answer

    def has_hooks(self):
        return self.note(None) == 0 and self.stop() >= 0


def find_library():
    try:
        library = Library()
    except AttributeError:
        return None
    return library if library.has_hooks() else None


# Python frames from this file outwards: they are the same in every report.
OUTER_FRAMES = re.compile(rf'^(?:[ |]*    File "{re.escape(__file__)}", line .*\n)(?:[ |]*    File ".*\n)*', re.MULTILINE)


def text_of(buffer):
    return OUTER_FRAMES.sub("", buffer.value.decode(errors="replace"))


# ---- Leaks -----------------------------------------------------------------------------------------------------------


# CPython keeps names that were looked up in a table of thousands of entries, found by the address of the name.
clear_caches = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache


def settle():
    gc.collect()
    clear_caches()


def collector_at_rest(check):
    """What was there before is no business of the collector's during the checks, which makes each of its runs short."""

    @functools.wraps(check)
    def checked(*arguments, **options):
        gc.collect()
        gc.freeze()
        try:
            return check(*arguments, **options)
        finally:
            gc.unfreeze()

    return checked


def call_in_rounds(library, call, calls):
    for number in range(calls):
        if number > 0:
            library.leak_round()
        call()
        settle()


@collector_at_rest
def check_leaks(library, call, calls=8):
    report = ctypes.create_string_buffer(REPORT_BYTES)
    call()  # what it raises is the test's own affair
    settle()
    library.must(library.leak_begin())
    try:
        call_in_rounds(library, call, calls)
    finally:
        leaked = library.leak_end(report, REPORT_BYTES)
    if library.must(leaked) > 0:
        pytest.fail(text_of(report), pytrace=False)


# ---- Allocations -------------------------------------------------------------------------------------------------------


def count_requests(library, call, domain):
    library.must(library.note(domain.encode() if domain else None))
    try:
        call()
    finally:
        count = library.stop()
    return count


def nothing():
    pass


def told_sites(library, count):
    """The sites that ask most often, as one text."""
    site = ctypes.create_string_buffer(16384)
    request = Request()
    texts = {}
    counts = collections.Counter()
    for number in range(1, count + 1):
        library.must(library.request(number, request, site, len(site)))
        counts[request.key] += 1
        texts.setdefault(request.key, text_of(site).replace("  refused", "  requested", 1))
    return "".join(f"  {times} of them:\n{texts[key]}" for key, times in counts.most_common(SITES_TOLD))


def check_allocations(library, call, most, domain=None):
    for _ in range(WARM_UPS):
        call()
        count_requests(library, nothing, domain)
    own = count_requests(library, nothing, domain)
    count = count_requests(library, call, domain)
    if count - own > most:
        of_domain = f" of domain {domain}" if domain else ""
        pytest.fail(
            f"panamem: one call makes {count - own} requests{of_domain}, and may make {most}\n{told_sites(library, count)}",
            pytrace=False,
        )


# ---- Refused requests ----------------------------------------------------------------------------------------------------


def fork():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a JVM has threads; the child needs none of them
        return os.fork()


def say(text):
    os.write(2, text.encode(errors="replace"))


def outcome_of(library, call, errors):
    """A plan is in force only while call runs, so that it is not ctypes that is tested."""
    outcome, wrong = RIGHT, None
    try:
        library.rest(0)
        call()
    except errors:
        outcome = REFUSED
    except BaseException as error:
        outcome, wrong = WRONG, error
    library.rest(1)
    if wrong is not None:
        say("".join(traceback.format_exception_only(type(wrong), wrong)))
    return outcome


@collector_at_rest
def check_failures(library, call, errors=(MemoryError,), filter=None, **limits):
    def trial(ignored):
        outcome = outcome_of(library, call, errors)
        settle()
        return outcome

    call()
    report = ctypes.create_string_buffer(REPORT_BYTES)
    test = FailTest(
        struct_bytes=ctypes.sizeof(FailTest),
        call=CALL(trial),
        filter=filter.encode() if filter else None,
        fork=FORK(fork),
        rests=1,
        **limits,
    )
    if library.must(library.fail_each(test, report, REPORT_BYTES)) > 0:
        pytest.fail(text_of(report) or "panamem: the plan of PANAMEM_OPTIONS=fail=… came to that", pytrace=False)


# ---- pytest --------------------------------------------------------------------------------------------------------------

CHECKS = {"leak_free": check_leaks, "max_allocations": check_allocations, "fails_cleanly": check_failures}


class Plugin:
    def __init__(self, library):
        self.library = library
        self.unchecked = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        checks = [(CHECKS[mark.name], mark) for mark in pyfuncitem.iter_markers() if mark.name in CHECKS]
        if not checks:
            return None
        if self.library is None:
            self.unchecked += 1
            return None
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        call = functools.partial(pyfuncitem.obj, **arguments) if arguments else pyfuncitem.obj
        for check, mark in checks:
            check(self.library, call, *mark.args, **mark.kwargs)
        return True

    def pytest_terminal_summary(self, terminalreporter):
        if self.unchecked > 0:
            terminalreporter.write_line(
                f"panamem: {self.unchecked} marked tests ran unchecked: panamem run --malloc debug -- python3 -m pytest …"
            )


def pytest_configure(config):
    config.addinivalue_line("markers", "leak_free(calls=8): no call of the test leaves blocks alive")
    config.addinivalue_line("markers", "max_allocations(most, domain=None): a call makes at most so many requests for memory")
    config.addinivalue_line(
        "markers", "fails_cleanly(errors=(MemoryError,), filter=None): the test survives each refused request for memory"
    )
    config.pluginmanager.register(Plugin(find_library()), "panamem-checks")
