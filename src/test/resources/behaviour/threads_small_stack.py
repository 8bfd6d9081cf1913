# Threads with the smallest stacks that Python allows.
import threading

for kib in 32, 64, 128, 256, 384, 512:
    try:
        threading.stack_size(kib << 10)
        total = []
        thread = threading.Thread(target=lambda: total.append(sum(len(bytes(i)) for i in range(3000))))
        thread.start()
        thread.join()
        print(kib, total)
    except (ValueError, RuntimeError) as error:
        print(kib, error)
