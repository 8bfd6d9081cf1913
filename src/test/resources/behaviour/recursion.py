# Python recursion ends at the same depth with the same error.
import sys

deepest = 0


def descend(n):
    global deepest
    deepest = n
    descend(n + 1)


for limit in 300, 1000, 5000:
    sys.setrecursionlimit(limit)
    try:
        descend(0)
    except RecursionError as error:
        print(limit, deepest, error)
