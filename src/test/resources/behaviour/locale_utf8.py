# The locale of the process is what Python set, whatever Java would like.
# env: LC_ALL=C.UTF-8
import locale

print(locale.setlocale(locale.LC_ALL))
print(locale.localeconv()["decimal_point"], locale.getpreferredencoding(False))
print(float("1.5"), "%.2f" % 2.5, "ä".upper())
