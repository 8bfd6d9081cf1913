# preexec_fn runs Python code between fork and exec.
# allow: fork-warning
import os
import subprocess


def prepare():
    os.environ["FROM_PREEXEC"] = str(sum(len(str(i)) for i in range(1000)))
    os.setsid()


print(subprocess.run(["sh", "-c", "echo $0"], preexec_fn=prepare, capture_output=True, text=True).stdout)
