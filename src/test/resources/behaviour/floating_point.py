# Rounding, denormal numbers and floating-point exceptions of every thread are IEEE's: Java's compiled code left no flag set.
import ctypes
import math
import threading

libm = ctypes.CDLL("libm.so.6")


def state(name):
    data = [bytearray(i * 11) for i in range(5000)]
    tiny = 5e-324
    print(name, libm.fegetround(), libm.fegetexcept(), tiny * 1.0, tiny / 2, 2.2250738585072014e-308 / 2, 0.1 + 0.2, 1e308 * 10 > 0,
          math.nextafter(1.0, 2.0), float.hex(1 / 3), len(data))
    environment = (ctypes.c_uint32 * 8)()
    libm.fegetenv(environment)
    print(hex(environment[0] & 0xFFFF), hex(environment[7] & ~0x3F))


state("main")
thread = threading.Thread(target=state, args=("thread",))
thread.start()
thread.join()
DOWNWARD = 0x400
libm.fesetround(DOWNWARD)
state("downward")
libm.fesetround(0)
