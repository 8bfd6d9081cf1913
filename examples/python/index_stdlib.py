"""Indexes the source of Python's own standard library: every name, where it is defined and how often it is used.

    ./panamem python examples/python/index_stdlib.py [NAME ...] [--files N]

Each file is parsed by `ast`; the index maps a name to its definitions and its uses per module. With names as arguments it
answers where they are defined and who uses them most. The output depends only on the Python that runs it.
"""

import argparse
import ast
import collections
import pathlib
import sys
import sysconfig
import warnings


class Index:
    """Name → places of definition, and name → module → number of uses."""

    def __init__(self):
        self.definitions = collections.defaultdict(list)
        self.uses = collections.defaultdict(collections.Counter)
        self.modules = 0
        self.lines = 0
        self.nodes = 0
        self.unreadable = []

    def add(self, path, root):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        try:
            source = path.read_bytes()
            tree = ast.parse(source, filename=str(path))
        except (SyntaxError, ValueError) as error:
            self.unreadable.append((module, str(error)))
            return
        self.modules += 1
        self.lines += source.count(b"\n")
        for node in ast.walk(tree):
            self.nodes += 1
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.definitions[node.name].append((module, node.lineno, type(node).__name__))
            elif isinstance(node, ast.Name):
                self.uses[node.id][module] += 1
            elif isinstance(node, ast.Attribute):
                self.uses[node.attr][module] += 1

    def report(self, out):
        total_uses = sum(sum(counter.values()) for counter in self.uses.values())
        print(f"{self.modules} modules, {self.lines} lines, {self.nodes} syntax nodes", file=out)
        print(f"{len(self.definitions)} defined names, {len(self.uses)} used names, {total_uses} uses", file=out)
        if self.unreadable:
            print(f"{len(self.unreadable)} files are not Python source, e.g. {self.unreadable[0][0]}", file=out)
        widest = sorted(self.uses, key=lambda name: (-len(self.uses[name]), name))[:5]
        print("in most modules:", ", ".join(f"{name} ({len(self.uses[name])})" for name in widest), file=out)

    def answer(self, name, out):
        places = sorted(self.definitions.get(name, ()))
        users = self.uses.get(name, collections.Counter()).most_common(3)
        print(f"{name}: defined {len(places)} times, used {sum(self.uses[name].values())} times", file=out)
        for module, line, kind in places[:3]:
            print(f"  {kind} at {module}:{line}", file=out)
        for module, count in users:
            print(f"  used {count} times in {module}", file=out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=["dumps", "Lock"], help="names to look up (default: dumps Lock)")
    parser.add_argument("--files", type=int, default=None, help="index only the first N files")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # old test sources warn about their escapes
    root = pathlib.Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)
    index = Index()
    for path in paths[: arguments.files]:
        index.add(path, root)
    if index.modules == 0:
        sys.exit(f"no Python source below {root}")
    index.report(sys.stdout)
    for name in arguments.names:
        index.answer(name, sys.stdout)


if __name__ == "__main__":
    main()
