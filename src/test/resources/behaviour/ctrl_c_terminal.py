# Ctrl-C reaches a whole process group, as from a terminal: the child and the parent both see KeyboardInterrupt.
import os
import signal
import subprocess
import sys

code = "import sys, time\ntry:\n    print('up', flush=True)\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    sys.exit(7)\n"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
print(child.stdout.readline().strip())
os.killpg(child.pid, signal.SIGINT)
print(child.wait(30))
