# A C extension installs its own fault handlers by sigaction and by signal, reads the old ones, and puts them back.
import os
import pathlib
import subprocess
import tempfile

SOURCE = r"""
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static sigjmp_buf back;
static int seen;

static void by_action(int number, siginfo_t *info, void *context) {
  (void)context;
  seen = number * 1000 + (info->si_addr == (void *)64);
  siglongjmp(back, 1);
}

static void by_signal(int number) {
  seen = number;
}

static const char *kind(struct sigaction *action) {
  return action->sa_handler == SIG_DFL ? "default" : action->sa_handler == SIG_IGN ? "ignored" : "a handler";
}

void install(void) {
  int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGUSR2, SIGTRAP, SIGSYS};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction mine = {.sa_sigaction = by_action, .sa_flags = SA_SIGINFO}, before, now, after;
    memset(&before, 0, sizeof before);
    sigaction(numbers[i], &mine, &before);
    sigaction(numbers[i], NULL, &now);
    printf("%d before %s flags %#x; mine %d flags %#x; ", numbers[i], kind(&before), before.sa_flags & ~0x04000000,
           now.sa_sigaction == by_action, now.sa_flags & ~0x04000000);
    void (*old)(int) = signal(numbers[i], by_signal);
    raise(numbers[i]);
    printf("signal() gave mine %d and saw %d; ", old == (void (*)(int))by_action, seen);
    sigaction(numbers[i], &before, &after);
    printf("after %d flags %#x\n", after.sa_handler == by_signal, after.sa_flags & ~0x04000000);
  }
}

int fault(void) {
  struct sigaction mine = {.sa_sigaction = by_action, .sa_flags = SA_SIGINFO}, before;
  sigaction(SIGSEGV, &mine, &before);
  seen = 0;
  if (sigsetjmp(back, 1) == 0) {
    *(volatile char *)64 = 1;
  }
  sigaction(SIGSEGV, &before, NULL);
  fflush(stdout);
  return seen;
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, library = pathlib.Path(folder, "actions.c"), pathlib.Path(folder, "actions.so")
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    import ctypes

    actions = ctypes.CDLL(str(library))
actions.install()
for round in range(20):
    data = [bytearray(i * 7) for i in range(2000)]
    assert actions.fault() == 11001, round
print(len(data), flush=True)
os.kill(os.getpid(), 11)
