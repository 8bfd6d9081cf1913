# PYTHONMALLOC=debug is CPython's own business: its tables take our place, blocks of ours are still freed correctly.
# env: PYTHONMALLOC=debug
data = [[str(i)] * 20 for i in range(20000)]
print(len(data))
del data
