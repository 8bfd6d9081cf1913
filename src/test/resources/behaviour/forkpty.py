# os.forkpty: the child has a terminal of its own, allocates, and gets Ctrl-C from it.
# allow: fork-warning
import os
import signal
import sys

inherited = [[str(i)] * 20 for i in range(5000)]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
child, terminal = os.forkpty()
if child == 0:
    del inherited[::2]
    own = [bytearray(i) for i in range(3000)]
    print("child", sys.stdin.isatty(), len(own) + len(inherited), flush=True)
    print(signal.sigwait([signal.SIGINT]).name, flush=True)
    sys.stdin.readline()  # what is written just before a terminal's last user goes may be lost
    os._exit(len(inherited) % 256)


def read_until(word):
    text = b""
    while word not in text:
        text += os.read(terminal, 1000)
    return text


print(read_until(b"\n"))
os.write(terminal, b"\x03")
print(read_until(b"SIGINT\r\n"))
os.write(terminal, b"\n")
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
