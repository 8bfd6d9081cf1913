# Development mode brings CPython's own debug hooks and warnings.
# args: -X dev
import sys
import warnings

print(sys.flags.dev_mode, warnings.filters[0][0], sys.flags.utf8_mode)
data = [bytearray(i) for i in range(3000)]
print(len(data))
