# C extensions that allocate through Python's domains: compression, sqlite3, json, pickle, decimal.
import decimal
import json
import pickle
import sqlite3
import zlib

data = bytes(range(256)) * 5000
print(len(zlib.compress(data)), zlib.decompress(zlib.compress(data)) == data)
base = sqlite3.connect(":memory:")
base.execute("create table t(a, b)")
base.executemany("insert into t values (?, ?)", ((i, str(i) * 10) for i in range(5000)))
print(base.execute("select count(*), sum(length(b)) from t").fetchone())
value = {"list": list(range(5000)), "text": "ä" * 10000}
print(json.loads(json.dumps(value)) == value, pickle.loads(pickle.dumps(value)) == value)
decimal.getcontext().prec = 2000
print(str(decimal.Decimal(2).sqrt())[-10:])
