# A limit on address space that no signed number can hold is no limit.
import resource
import sys

HUGE = sys.maxsize * 2 - 1
resource.setrlimit(resource.RLIMIT_AS, (HUGE, HUGE))
print(resource.getrlimit(resource.RLIMIT_AS) == (HUGE, HUGE))
print(len(tuple(range(1_000_000))))
