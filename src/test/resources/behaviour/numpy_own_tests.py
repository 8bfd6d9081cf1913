# numpy's own tests of its core, lib and linear algebra under pytest: the same ones pass, fail and are skipped.
# needs: numpy
# needs: pytest
# needs: hypothesis
# long: several minutes
# mask: in [0-9.]+s.*
import contextlib
import io
import os
import re

import numpy
import pytest

FILES = "core/tests/test_multiarray.py", "core/tests/test_mem_overlap.py", "core/tests/test_mem_policy.py", "lib/tests/test_io.py", "linalg/tests/test_linalg.py", "random/tests/test_generator_mt19937.py"
folder = os.path.dirname(numpy.__file__)
output = io.StringIO()
with contextlib.redirect_stdout(output):
    pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not slow", "--no-header", "-rfE", "-W", "ignore", *(f"{folder}/{name}" for name in FILES)])
verdicts = [line for line in output.getvalue().splitlines() if re.match(r"FAILED|ERROR|\d+ (passed|failed)", line)]
if not any("passed" in line for line in verdicts):
    raise ImportError(output.getvalue())
print("\n".join(verdicts))
