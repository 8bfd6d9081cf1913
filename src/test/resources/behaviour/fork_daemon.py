# A daemon in the classic way: fork, new session, fork, closed and reopened descriptors; it works on and reports by file.
# allow: fork-warning
import os
import tempfile

inherited = [bytearray(i) for i in range(4000)]
folder = tempfile.mkdtemp()
pipe = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0)
    report = os.dup2(pipe[1], 200)
    os.closerange(0, 200)
    os.closerange(201, 4096)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    del inherited[::2]
    own = [[str(i)] * 10 for i in range(20000)]
    with open(os.path.join(folder, "file"), "w") as file:
        file.write(f"{null} {file.fileno()} {len(own)} {len(inherited)}")
    os.write(report, b"done")
    os._exit(0)
os.close(pipe[1])
print(os.waitpid(child, 0)[1], os.read(pipe[0], 100))
with open(os.path.join(folder, "file")) as file:
    print(file.read())
os.unlink(os.path.join(folder, "file"))
os.rmdir(folder)
