# A forkserver and a spawning executor under load: results, exceptions and a child that dies.
import concurrent.futures
import multiprocessing
import os


def work(i):
    if i == 13:
        raise ValueError("thirteen")
    return sum(len(bytes(j)) for j in range(i * 100))


def die(status):
    os._exit(status)


if __name__ == "__main__":
    for method in "forkserver", "spawn":
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            futures = [pool.submit(work, i) for i in range(20)]
            print(method, [future.exception() or future.result() for future in futures])
            try:
                pool.submit(die, 5).result()
            except concurrent.futures.process.BrokenProcessPool as error:
                print(type(error).__name__)
    processes = [multiprocessing.get_context("forkserver").Process(target=die, args=(i,)) for i in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print([process.exitcode for process in processes])
