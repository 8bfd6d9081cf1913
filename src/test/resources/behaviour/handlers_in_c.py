# A C handler interrupts allocation itself, at any instruction, and jumps into Python's raw domain: nothing is torn.
import ctypes
import pathlib
import subprocess
import tempfile

SOURCE = r"""
#include <signal.h>
#include <string.h>
#include <sys/time.h>

static volatile int ticks, wanted;

static void tick(int number) {
  (void)number;
  volatile char space[20000];
  memset((void *)space, 1, sizeof space);
  ticks++;
  if (ticks >= wanted) {
    struct itimerval off;
    memset(&off, 0, sizeof off);
    setitimer(ITIMER_REAL, &off, NULL);
  }
}

void begin(int most) {
  struct sigaction action = {.sa_handler = tick};
  struct itimerval often = {{0, 300}, {0, 300}};
  wanted = most;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
}

int so_far(void) {
  return ticks;
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, library = pathlib.Path(folder, "ticks.c"), pathlib.Path(folder, "ticks.so")
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    clock = ctypes.CDLL(str(library))
clock.begin(300)
while clock.so_far() < 300:
    data = [bytes([i % 251]) * (i * 29) for i in range(1000)]
    assert all(block.count(i % 251) == len(block) for i, block in enumerate(data))
    nested = [[str(i)] * 20 for i in range(1000)]
print(clock.so_far() >= 300, len(nested))
