# Children of every kind get their input, give their output and their status.
import subprocess
import sys

print(subprocess.run(["cat"], input="text", capture_output=True, text=True))
print(subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True, text=True))
print(subprocess.run([sys.executable, "-c", "print(sum(range(10)))"], capture_output=True, text=True).stdout)
print(subprocess.run([sys.executable, "-c", "raise SystemExit(9)"]).returncode)
print(subprocess.getoutput("true && echo yes"))
try:
    subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)
except subprocess.TimeoutExpired:
    print("timed out")
