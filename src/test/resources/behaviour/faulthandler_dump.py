# faulthandler's own signals: a dump on demand by SIGUSR1, chained to nothing, and the process lives on.
# mask: (?m)^  File ".*$
# mask: 0x[0-9a-f]+
# mask: \[python3?[.0-9]*\]
import faulthandler
import os
import signal
import sys

faulthandler.register(signal.SIGUSR1, all_threads=False)
os.kill(os.getpid(), signal.SIGUSR1)
faulthandler.unregister(signal.SIGUSR1)
faulthandler.enable()
print(faulthandler.is_enabled())
faulthandler.disable()
print(faulthandler.is_enabled(), file=sys.stderr)
