"""Prints the live blocks and bytes of its exact lines: by tracemalloc where it traces, else by Panamem's trace.

Lines are exact that ask for nothing that CPython keeps in free lists: of objects from there tracemalloc is told anew.
"""

import ctypes
import sys
import tempfile
import tracemalloc


class Node:
    __slots__ = ("name", "payload")

    def __init__(self, number):
        self.name = "node %d" % number  # exact
        self.payload = bytes(number)  # exact


def work(kept):
    for n in range(1, 3000, 7):
        kept.append(bytes(n))  # exact
    kept.append(bytearray(1_000_000))  # exact
    for n in range(1000):
        kept.append(Node(n))  # exact
    for i in range(50):
        namespace = {}
        exec("def made():\n" + "\n" * i + "    return bytes(1000)", namespace)
        kept.append(namespace["made"]())
    text = ""
    for i in range(1000):
        text += "abc"  # exact
    kept.append(text)
    kept.append(set(str(i) for i in range(3000)))
    del kept[100:200]


def by_tracemalloc():
    lines = {}
    for trace in tracemalloc.take_snapshot().traces:
        frame = trace.traceback[-1]
        count, size = lines.get((frame.filename, frame.lineno), (0, 0))
        lines[frame.filename, frame.lineno] = count + 1, size + trace.size
    return lines


def by_panamem():
    lines = {}
    with tempfile.TemporaryFile("w+") as file:
        if ctypes.CDLL(None).panamem_trace_write(file.fileno()) != 0:
            sys.exit("nothing traces")
        file.seek(0)
        for line in file.read().splitlines()[2:]:
            size, count, peak, total, site = line.split(maxsplit=4)
            place = site.split(" in ")[0]
            name, _, number = place.rpartition(":")
            if number.isdigit():
                old = lines.get((name, int(number)), (0, 0))
                lines[name, int(number)] = old[0] + int(count), old[1] + int(size)
    return lines


with open(__file__) as source:
    EXACT = {number for number, text in enumerate(source, 1) if text.rstrip().endswith("# exact")}

kept = []
work(kept)
lines = by_tracemalloc() if tracemalloc.is_tracing() else by_panamem()
for (file, line), (count, size) in sorted(lines.items()):
    exact = file == "<string>" and 2 <= line < 50 or file == __file__ and line in EXACT
    if count and exact:
        print(file.rpartition("/")[2], line, count, size)
