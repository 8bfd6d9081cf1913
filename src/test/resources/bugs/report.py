"""Reads the first report of a file and says it in one line: the kind, the innermost native function of each site, and the
Python frames of the misuse and of the allocation. Of a leak or a verdict on a refused request it says the kind and the site."""

import json
import os
import sys


def function(site):
    return site["native"][0]["function"]


def python(site):
    return " ".join(f"{os.path.basename(frame['file'])}:{frame['line']}:{frame['function']}" for frame in site["python"])


with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
    report = next(json.loads(line) for line in lines if line.startswith('{"panamem_'))
if "panamem_leak" in report:
    print("leak allocated", function(report["places"][0]["allocated"]))
    sys.exit()
if "panamem_fail" in report:
    print(report["verdict"], "refused", function(report["refused"]))
    sys.exit()
block = report["block"] or {}
sites = {"here": report["here"], "allocated": block.get("allocated"), "freed": block.get("freed")}
print(report["kind"], *(f"{name} {function(site)}" for name, site in sites.items() if site))
for name in ("here", "allocated"):
    if sites[name]:
        print(name, python(sites[name]))
