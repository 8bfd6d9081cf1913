# Recursion through C code is stopped by Python's own check, not by a crash.
import copy
import json
import re

nested = []
for _ in range(100000):
    nested = [nested]
for name, action in {
    "repr": lambda: repr(nested),
    "json": lambda: json.dumps(nested),
    "deepcopy": lambda: copy.deepcopy(nested),
    "compare": lambda: nested == copy.copy(nested[:]) and nested < [nested],
    "regex": lambda: re.compile("(" * 5000 + ")" * 5000),
}.items():
    try:
        action()
        print(name, "works")
    except RecursionError:
        print(name, "RecursionError")
del nested
print("freed")
