# Nothing is left in the working folder, in TMPDIR or at home: after an ordinary end, a crash and a kill.
folder=$(mktemp -d)
mkdir "$folder/here" "$folder/tmp" "$folder/home"
cd "$folder/here" || exit
export TMPDIR="$folder/tmp" HOME="$folder/home"
before=$(ls /tmp | grep -cE "hs_err|panamem_hs_err|hsperf|core")
ulimit -Sc 0
"$PYTHON" -c 'print(len([bytearray(i) for i in range(5000)]))'
"$PYTHON" -c 'import ctypes; data = [bytearray(i) for i in range(5000)]; ctypes.string_at(0)'
echo "status $?"
"$PYTHON" -c 'import os; data = [bytearray(i) for i in range(5000)]; os.kill(os.getpid(), 9)'
echo "status $?"
"$PYTHON" -c 'import os; data = [bytearray(i) for i in range(5000)]; os.abort()'
echo "status $?"
find "$folder" -mindepth 2
echo $(($(ls /tmp | grep -cE "hs_err|panamem_hs_err|hsperf|core") - before))
rm -r "$folder"
