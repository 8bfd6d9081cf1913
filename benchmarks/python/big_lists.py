"""Lists of a million and more elements are built, grown, copied, sorted and dropped: few blocks, large ones."""

import sys

COUNT = 1_000_000

for _ in range(int(sys.argv[1])):
    numbers = list(range(COUNT))
    numbers.extend(range(COUNT // 2))
    grown = []
    for number in range(0, COUNT, 4):
        grown.append(number)
    doubled = numbers * 2
    doubled.sort()
    kept = doubled[::3]
    if len(kept) != COUNT or grown[-1] != COUNT - 4:
        sys.exit("an element is missing")
