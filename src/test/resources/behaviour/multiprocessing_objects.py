# Queues, managers, locks and shared arrays among forked processes.
# allow: fork-warning
import multiprocessing


def work(number, queue, shared, lock, names):
    for i in range(200):
        with lock:
            shared[number] += len(bytes(i))
    names[number] = [str(number)] * 3
    queue.put((number, bytes([number]) * 50000))


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager:
        names, queue, lock = manager.dict(), context.Queue(), context.Lock()
        shared = context.Array("q", 4)
        processes = [context.Process(target=work, args=(n, queue, shared, lock, names)) for n in range(4)]
        for process in processes:
            process.start()
        got = sorted(queue.get() for _ in processes)
        for process in processes:
            process.join()
        print([(n, len(data), set(data)) for n, data in got], list(shared), sorted(names.items()))
        print([process.exitcode for process in processes])
