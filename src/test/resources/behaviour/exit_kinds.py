# Every way to end: status, message, atexit order and buffered output.
import subprocess
import sys

codes = [
    "raise SystemExit('message')",
    "raise SystemExit(256 + 7)",
    "1 / 0",
    "import os; print('lost'); os._exit(3)",
    "import atexit; atexit.register(print, 'second'); atexit.register(print, 'first')",
    "import threading; said = threading.Event();"
    " threading.Thread(target=lambda: said.wait() and print('in thread')).start(); print('main ends'); said.set()",
    "import sys; sys.stdout.write('no newline')",
    "class A:\n    def __del__(self): print('deleted')\na = A(); b = [a]; b.append(b)",
]
for code in codes:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    print(done.returncode, repr(done.stdout), done.stderr.splitlines()[-1:])
