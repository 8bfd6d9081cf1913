"""A tree of coroutines that wait for one another, on one event loop."""

import asyncio
import sys

DEPTH = 6
WIDTH = 5


async def node(depth):
    if depth == 0:
        await asyncio.sleep(0)
        return 1
    return 1 + sum(await asyncio.gather(*[node(depth - 1) for _ in range(WIDTH)]))


async def main(count):
    for _ in range(count):
        if await node(DEPTH) != (WIDTH ** (DEPTH + 1) - 1) // (WIDTH - 1):
            sys.exit("a node is missing")


asyncio.run(main(int(sys.argv[1])))
