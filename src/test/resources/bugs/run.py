import importlib
import sys


def plant(name):
    importlib.import_module(name).run()


sys.path.insert(0, sys.argv[1])
plant(sys.argv[2])
