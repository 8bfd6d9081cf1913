# Every descriptor is closed, the standard ones as well, and the numbers come back in order; memory and children go on.
import gc
import os
import subprocess
import sys
import tempfile

folder = tempfile.mkdtemp()
data = [bytearray(i) for i in range(2000)]
os.closerange(0, 65536)
numbers = [os.open(os.path.join(folder, "out"), os.O_RDWR | os.O_CREAT)]
numbers += [os.open("/dev/null", os.O_RDWR) for _ in range(3)]
for round in range(20):
    data = [bytes(i * 5) for i in range(3000)]
    text = "".join(map(str, range(20000)))
    gc.collect()
child = subprocess.run([sys.executable, "-c", "print(sum(range(100)))"], stdout=numbers[0], stdin=numbers[1], stderr=numbers[2])
os.write(numbers[0], repr((numbers, child.returncode, len(text))).encode())
os.lseek(numbers[0], 0, os.SEEK_SET)
answer = os.read(numbers[0], 1000)
os.unlink(os.path.join(folder, "out"))
os.rmdir(folder)
os._exit(0 if answer == b"4950\n([0, 1, 2, 3], 0, 88890)" else 1 + len(answer))
