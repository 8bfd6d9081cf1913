# posix_spawn and vfork: file actions, signal masks and defaults, environments, missing programs.
import os
import signal
import subprocess
import sys
import tempfile


def end(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


data = [bytearray(i) for i in range(3000)]
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
report = "grep -E 'SigBlk|SigIgn' /proc/self/status | sed 's/........\\(........\\)$/\\1/'; echo $WORD; exit 3"
with tempfile.NamedTemporaryFile() as file:
    actions = [(os.POSIX_SPAWN_OPEN, 1, file.name, os.O_WRONLY | os.O_TRUNC, 0), (os.POSIX_SPAWN_DUP2, 1, 2)]
    for options in {}, {"setsigmask": [signal.SIGUSR2]}, {"setsigdef": [signal.SIGUSR1]}, {"setpgroup": 0}:
        environment = {**os.environ, "WORD": "word"}
        print(options, end(os.posix_spawn("/bin/sh", ["sh", "-c", report], environment, file_actions=actions, **options)))
        print(open(file.name).read())
try:
    os.posix_spawn("/no/such/program", ["x"], os.environ)
except FileNotFoundError as error:
    print(error)
print(end(os.posix_spawnp("true", ["true"], {})), os.system("exit 4"))
for vfork in True, False:
    subprocess._USE_VFORK = vfork
    print([subprocess.run([sys.executable, "-S", "-c", f"raise SystemExit({i})"]).returncode for i in range(3)])
print(len(data))
