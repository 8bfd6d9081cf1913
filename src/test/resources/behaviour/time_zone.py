# The time zone is Python's own affair, before and after it is changed.
# env: TZ=America/St_Johns
import os
import time


def tell():
    data = [str(i) for i in range(10000)]
    print(time.tzname, time.timezone, time.altzone, time.localtime(1_700_000_000)[:6], time.strftime("%Z %z", time.localtime(10**9)))


tell()
for zone in "Asia/Kathmandu", "UTC", "XYZ5ABC,M3.2.0,M11.1.0", "":
    os.environ["TZ"] = zone
    time.tzset()
    tell()
