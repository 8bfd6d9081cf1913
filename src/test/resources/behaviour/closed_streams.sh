# Standard streams that are closed from the start stay closed, and Java does not sit on their numbers.
for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- >&- 2>&-'; do
  eval "\"\$PYTHON\" -c 'import os, sys; f = os.open(\"/dev/null\", os.O_RDONLY); open(\"/dev/shm/panamem-case.\" + sys.argv[1], \"w\").write(str([f, sys.stdin is None, sys.stdout is None, sys.stderr is None]))' $$ $closed"
  echo "$closed: status $?, $(cat "/dev/shm/panamem-case.$$")"
done
rm -f "/dev/shm/panamem-case.$$"
