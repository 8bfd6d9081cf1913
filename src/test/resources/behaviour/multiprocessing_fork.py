# multiprocessing by fork: a pool computes and its children end quietly.
# allow: fork-warning
import multiprocessing


def work(i):
    return sum(len(str(j)) for j in range(i * 1000))


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(pool.map(work, range(12)))
