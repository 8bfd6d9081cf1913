# Generators, asynchronous generators and ten thousand tasks hold memory across their suspensions.
import asyncio


def produce(n):
    for i in range(n):
        held = bytearray(i)
        yield len(held) + (yield from produce(i // 3)) if i % 7 == 6 else len(held)
    return n


async def squares(n):
    for i in range(n):
        held = [str(i)] * 5
        await asyncio.sleep(0)
        yield i * i * len(held)


async def work(i, queue):
    await queue.put([bytes(i % 700), [j async for j in squares(3)]])
    held = bytearray(i)
    await asyncio.sleep(0)
    return len(held)


async def main():
    queue = asyncio.Queue()
    results = await asyncio.gather(*(work(i, queue) for i in range(3000)))
    print(sum(results), queue.qsize(), sum(len(queue.get_nowait()[0]) for _ in range(3000)))


print(sum(produce(400)))
generators = [produce(i) for i in range(1000)]
print(sum(next(one, 0) for one in generators for _ in range(5)))
del generators
asyncio.run(main())
