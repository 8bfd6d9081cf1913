"""Finds, splits and substitutes in the log lines of an imagined server; the argument says how often."""

import re
import sys

LINES = [
    f"2026-{1 + i % 12:02}-{1 + i % 28:02} host{i % 40}.example GET /item/{i * 7919 % 10007}?q=a{i}&r=b{i % 9} {200 + i % 5}"
    for i in range(6000)
]
LINE = re.compile(r"(?P<date>\d{4}-\d\d-\d\d) (?P<host>[\w.]+) (?P<verb>[A-Z]+) (?P<path>[^? ]+)\?(?P<query>\S*) (?P<code>\d+)")
PAIR = re.compile(r"(\w)=(\w+)")
NUMBER = re.compile(r"\d+")

for _ in range(int(sys.argv[1])):
    found = [LINE.match(line).groupdict() for line in LINES]
    pairs = [PAIR.findall(one["query"]) for one in found]
    plain = [NUMBER.sub("#", line) for line in LINES]
    words = [re.split(r"[ /?&]", line) for line in plain]
    if len(pairs) != len(LINES) or sum(len(word) for word in words) != 9 * len(LINES):
        sys.exit("a line was read wrongly")
