# Java's own environment variables change nothing and are not spoken of, and the program still sees them.
# env: JAVA_TOOL_OPTIONS=-Dsome.property=1
# env: _JAVA_OPTIONS=-Xmx32m
# env: JDK_JAVA_OPTIONS=-Xshare:off
import os
import subprocess

names = "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"
print([os.environ[name] for name in names])
print(subprocess.run(["sh", "-c", "echo $JAVA_TOOL_OPTIONS $_JAVA_OPTIONS $JDK_JAVA_OPTIONS"], capture_output=True, text=True).stdout)
