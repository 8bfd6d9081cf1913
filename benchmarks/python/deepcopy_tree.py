"""Copies a tree of lists, dicts and objects with shared parts, and drops the copy."""

import copy
import sys


class Part:
    def __init__(self, name, children):
        self.name = name
        self.children = children
        self.marks = {"depth": len(name), "seen": False}


def build(depth, name):
    if depth == 0:
        return Part(name, [])
    return Part(name, [build(depth - 1, name + letter) for letter in "abcd"] + [("leaf", depth), {"key": [depth]}])


def count(part):
    return 1 + sum(count(child) for child in part.children if isinstance(child, Part))


original = build(6, "")
for _ in range(int(sys.argv[1])):
    if count(copy.deepcopy(original)) != count(original):
        sys.exit("a part is missing in the copy")
