# Under a limited data segment (ulimit -d) Python works, refuses with MemoryError, and goes on.
# allow: no-java
for mib in 50 150 400 1000 3000; do
  (ulimit -d $((mib << 10)) && exec "$PYTHON" - "$mib") <<'SCRIPT'
import sys
blocks, most = [], int(sys.argv[1])
try:
    while len(blocks) < 5000:
        blocks.append(bytes(1 << 20))
except MemoryError:
    reached = len(blocks)
    blocks.clear()
    print(most, reached < most, "MemoryError")
print(len([str(i) for i in range(100000)]))
SCRIPT
  echo "status $?"
done
