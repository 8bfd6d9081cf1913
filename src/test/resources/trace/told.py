"""Live blocks and bytes of each line: by tracemalloc where it traces, else by Panamem's trace."""

import ctypes
import sys
import tempfile
import tracemalloc


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


def lines():
    return by_tracemalloc() if tracemalloc.is_tracing() else by_panamem()
