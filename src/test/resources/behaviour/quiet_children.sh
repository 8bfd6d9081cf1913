# Shells, git and other programs that inherit the preload say nothing of it.
echo from the shell
git --version
sh -c 'exit 4'
echo "status $?"
ls / >/dev/null && cat /dev/null && env true && date >/dev/null
printf '%s\n' one two | sort -r | head -1
"$PYTHON" -c 'import os; os.system("echo from a shell of Python; exit 5")'
echo "status $?"
