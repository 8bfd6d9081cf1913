# Children that crash by each fault signal, raised or real, report that signal; aborts are aborts.
import signal
import subprocess
import sys

codes = {
    "segv by access": "import ctypes; ctypes.memset(16, 0, 1)",
    "segv raised": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "bus raised": "import os, signal; os.kill(os.getpid(), signal.SIGBUS)",
    "fpe raised": "import os, signal; os.kill(os.getpid(), signal.SIGFPE)",
    "ill raised": "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
    "abort": "import os; os.abort()",
    "trap": "import os, signal; os.kill(os.getpid(), signal.SIGTRAP)",
    "quit": "import os, signal; os.kill(os.getpid(), signal.SIGQUIT)",
    "in a thread": "import ctypes, threading; t = threading.Thread(target=ctypes.string_at, args=(0,)); t.start(); t.join()",
}
for name, code in codes.items():
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    print(name, signal.Signals(-done.returncode).name, repr(done.stdout), repr(done.stderr))
