"""Reads modules of the standard library as tokens and as syntax trees, and compiles them: what tools for Python do."""

import argparse
import ast
import inspect
import io
import sys
import tokenize

SOURCES = [inspect.getsource(module) for module in (argparse, inspect, tokenize, ast)]

for _ in range(int(sys.argv[1])):
    for source in SOURCES:
        names = sum(token.type == tokenize.NAME for token in tokenize.generate_tokens(io.StringIO(source).readline))
        tree = ast.parse(source)
        nodes = sum(1 for _ in ast.walk(tree))
        if compile(tree, "module", "exec") is None or names == 0 or nodes < names:
            sys.exit("a module was read wrongly")
