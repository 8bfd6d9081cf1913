# Ctrl-C is KeyboardInterrupt, and unhandled it ends the process by SIGINT.
import os
import signal
import threading

try:
    os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(30)
except KeyboardInterrupt:
    print("interrupted once", flush=True)
os.kill(os.getpid(), signal.SIGINT)
threading.Event().wait(30)
