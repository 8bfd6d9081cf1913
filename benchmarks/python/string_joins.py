"""Makes many small strings, joins them to large ones, splits, replaces and formats them again."""

import sys

for _ in range(int(sys.argv[1])):
    parts = [f"{number:x}" for number in range(60_000)]
    text = ",".join(parts)
    again = text.split(",")
    upper = [part.upper().rjust(8, "0") for part in again]
    page = "\n".join(" ".join(upper[i : i + 10]) for i in range(0, len(upper), 10))
    if again != parts or page.count("\n") != len(parts) // 10 - 1:
        sys.exit("a part is missing")
    grown = ""
    for part in parts[:5000]:
        grown += part
    if len(grown) != sum(map(len, parts[:5000])):
        sys.exit("a letter is missing")
