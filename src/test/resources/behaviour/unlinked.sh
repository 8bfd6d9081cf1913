# The library, the jar and its cache are removed while the program runs; it works on, and so do its threads and children.
# boot: sync
folder=$(mktemp -d)
if [ -n "$LD_PRELOAD" ]; then
  cp -R "$(dirname "$LD_PRELOAD")" "$folder/lib"
  LD_PRELOAD=$folder/lib/$(basename "$LD_PRELOAD")
fi
"$PYTHON" - "$folder" <<'SCRIPT'
import gc, os, shutil, sys, threading

data = [bytearray(i) for i in range(3000)]
shutil.rmtree(sys.argv[1])
os.environ.pop("LD_PRELOAD", None)
for round in range(10):
    threads = [threading.Thread(target=lambda: [bytes(i * 5) for i in range(3000)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    text = [str(i) * 20 for i in range(20000)]
    for thread in threads:
        thread.join()
    gc.collect()
print(len(data), len(text), os.system("exit 3"), os.path.exists(sys.argv[1]))
SCRIPT
echo "status $?"
