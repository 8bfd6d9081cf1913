"""Prints the live blocks and bytes of its exact lines: by tracemalloc where it traces, else by Panamem's trace.

Lines are exact that ask for nothing that CPython keeps in free lists: of objects from there tracemalloc is told anew.
"""

import told


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


with open(__file__) as source:
    EXACT = {number for number, text in enumerate(source, 1) if text.rstrip().endswith("# exact")}

kept = []
work(kept)
for (file, line), (count, size) in sorted(told.lines().items()):
    exact = file == "<string>" and 2 <= line < 50 or file == __file__ and line in EXACT
    if count and exact:
        print(file.rpartition("/")[2], line, count, size)
