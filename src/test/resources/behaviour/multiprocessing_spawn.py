# multiprocessing by spawn and forkserver: each child is a new Python.
import multiprocessing


def work(i):
    return [i] * i


if __name__ == "__main__":
    for method in "spawn", "forkserver":
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(work, range(5)))
