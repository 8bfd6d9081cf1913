# A program whose working folder is gone while Java starts goes on.
folder=$(mktemp -d) && cd "$folder" && rmdir "$folder" || exit 2
"$PYTHON" -c 'import os
try:
    os.getcwd()
except OSError as error:
    print(type(error).__name__)
print(len([bytes(100) for _ in range(100_000)]))'
