# Pipes and files at the standard descriptors keep their flags and positions, for this process and those that share them.
folder=$(mktemp -d)
printf 'one\ntwo\nthree\n' >"$folder/in"
{ "$PYTHON" -c 'import sys; sys.stdin.buffer.raw.readline(); [bytearray(i) for i in range(3000)]; print("one read")'; cat; } <"$folder/in"
"$PYTHON" -c 'import fcntl, os; [bytearray(i) for i in range(3000)]; print([fcntl.fcntl(n, fcntl.F_GETFL) for n in range(3)])' \
  <"$folder/in" 2>>"$folder/err" | cat
printf 'text' | "$PYTHON" -c 'import os, select
reader = os.open("/proc/self/fd/0", os.O_RDONLY | os.O_NONBLOCK)
os.set_blocking(0, False)
data = [bytearray(i) for i in range(3000)]
print(os.get_blocking(0), select.select([0], [], [])[0], os.read(0, 10))'
exec 5>"$folder/five" 9<"$folder/in"
"$PYTHON" -c 'import os; os.write(5, b"x" * 10); print(os.read(9, 4), os.lseek(5, 0, os.SEEK_CUR))'
wc -c <"$folder/five"
head -1 <&9
rm -r "$folder"
