# Many short threads, one after another.
import threading

count = 0


def work():
    global count
    count += len([bytes(100) for _ in range(20)])


for i in range(1500):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(count)
