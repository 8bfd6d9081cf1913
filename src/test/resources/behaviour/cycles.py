# The cycle collector collects what it collects.
import gc
import weakref


class Node:
    pass


gc.collect()
nodes = []
for i in range(1000):
    node = Node()
    node.self = node
    nodes.append(weakref.ref(node))
del node
print(gc.collect() >= 1000, sum(ref() is not None for ref in nodes), gc.garbage)
