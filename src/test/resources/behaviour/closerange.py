# A program that closes all descriptors but the first three goes on, and so does its memory.
import gc
import os

data = [bytearray(i) for i in range(2000)]
os.closerange(3, 4096)
for round in range(30):
    data = [bytes(i * 3) for i in range(3000)]
    text = "".join(map(str, range(20000)))
    gc.collect()
print(len(data), len(text))
reader, writer = os.pipe()
print(reader, writer)
