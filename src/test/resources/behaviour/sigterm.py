# SIGTERM, SIGHUP and SIGQUIT end a process by that signal, at once.
import signal
import subprocess
import sys

code = "import time\nprint('up', flush=True)\ntime.sleep(60)\n"
for number in signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM:
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child.stdout.readline()
    child.send_signal(number)
    print(number.name, child.wait(30) == -number)
