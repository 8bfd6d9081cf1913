"""Run by PytestIT: tests named test_right_… must pass under the plugin, tests named test_KIND_… must fail by a report of that
kind."""

import collections
import functools
import json
import os
import re

import planted
import pytest

@pytest.fixture(autouse=True, params=range(int(os.environ.get("RUNS", "1"))))
def run(request):
    """Each test so many times."""


# ---- Leaks -----------------------------------------------------------------------------------------------------------


@pytest.mark.leak_free
def test_right_clean():
    assert planted.clean(1) == 2


@pytest.mark.leak_free
def test_right_cache():
    planted.cached()


@pytest.mark.leak_free
def test_right_replaced():
    planted.replaced()


@pytest.mark.leak_free
@pytest.mark.parametrize("text", ['{"a": [1, 2.5, null]}', "[" * 50 + "]" * 50])
def test_right_json(text):
    assert json.dumps(json.loads(text)) == text


@pytest.mark.leak_free
def test_right_cycles():
    one, other = [], {}
    one.append(other)
    other["one"] = one


@pytest.mark.leak_free
def test_right_regular_expression():
    assert re.sub("(a+)b", r"\1", "aab ab") == "aa a"


class Node:
    def __init__(self):
        self.self = self
        self.word = "word".upper()


@pytest.mark.leak_free
def test_right_classes_and_exceptions():
    Node()
    collections.OrderedDict(a=1)
    with pytest.raises(KeyError):
        {}[Node()]


@functools.lru_cache(maxsize=2)
def remembered(number):
    return [number]


@pytest.mark.leak_free
def test_right_least_recently_used():
    remembered(1)


@pytest.mark.leak_free
def test_leak_lost_buffer():
    planted.lost_buffer()


@pytest.mark.leak_free
def test_leak_missing_decref():
    planted.missing_decref()


@pytest.mark.leak_free
def test_leak_lost_raw():
    planted.lost_raw()


@pytest.mark.leak_free
def test_leak_every_other_time():
    planted.every_other_time()


KEPT = []


@pytest.mark.leak_free
def test_leak_in_python():
    KEPT.append(object())


# ---- Allocations -------------------------------------------------------------------------------------------------------


@pytest.mark.max_allocations(2, domain="mem")
def test_right_two_requests():
    planted.clean(1)


@pytest.mark.max_allocations(1, domain="mem")
def test_allocations_two_requests():
    planted.clean(1)


@pytest.mark.max_allocations(0)
def test_right_no_request():
    pass


# ---- Refused requests ----------------------------------------------------------------------------------------------------


@pytest.mark.fails_cleanly
def test_right_fails_cleanly():
    assert planted.clean(1) == 2


@pytest.mark.fails_cleanly(filter="mem")
def test_right_objects_are_not_tried():
    planted.missing_decref()


@pytest.mark.fails_cleanly
def test_crash_unchecked():
    planted.unchecked()


@pytest.mark.fails_cleanly
def test_leak_on_error():
    planted.leak_on_error()


@pytest.mark.fails_cleanly
def test_wrong_no_exception():
    planted.no_exception()


@pytest.mark.fails_cleanly
def test_wrong_shorter():
    assert planted.shorter() == 2


@pytest.mark.fails_cleanly(requests=1000)
def test_hang_endless():
    planted.endless()


@pytest.mark.fails_cleanly
@pytest.mark.leak_free
def test_right_both():
    planted.clean(3)


def test_right_without_a_marker():
    assert planted.clean(2) == 4
