# Raw memory by ctypes and the buffer protocol: contents survive growth and moves.
import array
import ctypes

buffer = bytearray()
for i in range(200000):
    buffer += i.to_bytes(3, "little")
print(int.from_bytes(buffer[299997:300000], "little"), len(buffer))
numbers = array.array("q", range(100000))
numbers.extend(range(100000))
print(sum(numbers))
text = ctypes.create_string_buffer(b"abc", 1 << 20)
ctypes.resize(text, 1 << 21)
print(text.value, len(text))
