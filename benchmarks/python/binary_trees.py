"""Builds complete binary trees of tuples, counts their nodes and drops them; one tree stays alive throughout."""

import sys

DEPTH = 14


def build(depth):
    return (None, None) if depth == 0 else (build(depth - 1), build(depth - 1))


def count(tree):
    left, right = tree
    return 1 if left is None else 1 + count(left) + count(right)


long_lived = build(DEPTH)
for _ in range(int(sys.argv[1])):
    for depth in range(4, DEPTH + 1, 2):
        for _ in range(1 << (DEPTH - depth)):
            if count(build(depth)) != (2 << depth) - 1:
                sys.exit("a node is missing")
if count(long_lived) != (2 << DEPTH) - 1:
    sys.exit("a node of the long-lived tree is missing")
