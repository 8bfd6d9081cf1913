# With few descriptors allowed, the program has the same ones to itself: the same number of files can be opened.
for most in 200 1024 4096; do
  (ulimit -n "$most" && exec "$PYTHON" - "$most") <<'SCRIPT'
import os, sys
data = [bytearray(i) for i in range(5000)]
files = []
try:
    while len(files) < 5000:
        files.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    print(sys.argv[1], error.strerror, files[0], files[-1] if int(sys.argv[1]) < 1000 else files[500])
SCRIPT
  echo "status $?"
done
