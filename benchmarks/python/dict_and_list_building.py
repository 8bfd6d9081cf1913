"""Groups numbers into a dict of growing lists, turns them into strings, and drops all of it again."""

import sys

COUNT = 200_000

for _ in range(int(sys.argv[1])):
    groups = {}
    for number in range(COUNT):
        groups.setdefault(number * 7919 % 5003, []).append(number)
    names = {key: [str(number) for number in numbers] for key, numbers in groups.items()}
    if sum(len(numbers) for numbers in names.values()) != COUNT:
        sys.exit("a number is missing")
