# PYTHONMALLOC=malloc likewise.
# env: PYTHONMALLOC=malloc
print(sum(len(str(i)) for i in range(100000)))
