"""Writes a nested document as JSON text and reads it back; the argument says how often."""

import json
import sys

document = {
    "users": [
        {
            "id": i,
            "name": f"user {i}",
            "tags": [f"tag-{i % 7}", f"tag-{i % 11}"],
            "score": i / 3,
            "address": {"street": f"{i} Main Street", "city": None, "verified": i % 2 == 0},
        }
        for i in range(2000)
    ]
}

for _ in range(int(sys.argv[1])):
    text = json.dumps(document)
    if json.loads(text) != document:
        sys.exit("the document changed on its way")
