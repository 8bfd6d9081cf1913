# With few descriptors allowed, the program has the low ones to itself, and a soft limit stays below the hard one.
# boot: sync
for most in 200 1024 4096; do
  (ulimit -Sn "$most" && exec "$PYTHON" - "$most") <<'SCRIPT'
import os, resource, sys
data = [bytearray(i) for i in range(5000)]
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
files = []
try:
    while len(files) < 600:
        files.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    print(error.strerror)
print(sys.argv[1], files[0], files[-1])
SCRIPT
  echo "status $?"
done
