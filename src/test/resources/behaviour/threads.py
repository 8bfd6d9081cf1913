# Two hundred threads live at once, allocate and end.
import threading

barrier = threading.Barrier(201)
results = []


def work(i):
    data = [str(j) * 3 for j in range(500)]
    barrier.wait()
    results.append(len(data) + i)


threads = [threading.Thread(target=work, args=(i,)) for i in range(200)]
for thread in threads:
    thread.start()
barrier.wait()
for thread in threads:
    thread.join()
print(len(results), sum(results), threading.active_count())
