# In the C locale, Python's coercion and encodings are as ever.
# env: LC_ALL=C
import locale
import sys

print(locale.setlocale(locale.LC_CTYPE), sys.stdout.encoding, sys.getfilesystemencoding(), sys.flags.utf8_mode)
