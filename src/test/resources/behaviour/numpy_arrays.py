# numpy: arrays of every size, views, sorting, linear algebra and memory that Python's domains trace.
# needs: numpy
import gc
import tracemalloc

import numpy as np

print(np.arange(1000).reshape(10, 100).sum(axis=1)[:3], np.linalg.det(np.eye(50) * 2) == 2.0**50)
matrix = (np.arange(40000, dtype=float) % 97).reshape(200, 200)
print(int((matrix @ matrix.T).trace()), np.sort(matrix, axis=None)[-3:], matrix[::3, ::7].copy().shape)
kept = [np.full(n, n % 251, dtype=np.uint8) for n in range(0, 200000, 331)]
print(all((array == n * 331 % 251).all() for n, array in enumerate(kept)))
for _ in range(200):
    kept[_] = np.concatenate([kept[_], kept[-1][:50]])
print(sum(map(len, kept)), np.array([str(i) for i in range(1000)], dtype=object).sum()[-6:])
tracemalloc.start()
array = np.ones(1 << 20)
print(tracemalloc.get_traced_memory()[0] > 8 << 20)
del array, kept
tracemalloc.stop()
print(np.fft.irfft(np.fft.rfft(np.arange(64.0))).round(6)[-3:], gc.collect() >= 0)
try:
    np.empty(1 << 60)
except (MemoryError, ValueError) as error:
    print(type(error).__name__)
