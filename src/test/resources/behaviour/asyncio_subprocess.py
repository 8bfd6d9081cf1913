# asyncio with subprocesses, signals and an executor.
import asyncio
import os
import signal
import sys


async def main():
    loop = asyncio.get_running_loop()
    got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await got.wait()
    code = "print('from the child')"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    print((await child.communicate())[0], child.returncode)
    print(await loop.run_in_executor(None, lambda: len([bytes(1000) for _ in range(1000)])))


asyncio.run(main())
