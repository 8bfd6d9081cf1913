# A file beyond RLIMIT_FSIZE is OSError, not the end of the process.
import resource
import tempfile

resource.setrlimit(resource.RLIMIT_FSIZE, (10000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
with tempfile.TemporaryFile(buffering=0) as file:
    try:
        while True:
            file.write(b"x" * 4000)
    except OSError as error:
        print(error)
