# A full or broken standard output is reported as ever.
"$PYTHON" -c 'print("x" * 100000)' >/dev/full
echo "status $?"
"$PYTHON" -c 'print("x" * 1000000)' | head -c 1 >/dev/null
echo "status $?"
