# A broken pipe is BrokenPipeError, not the end of the process.
import os

reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError as error:
    print(error)
