# Subinterpreters, each with its own GIL, allocate at the same time; their objects end with them.
# since: 14
import concurrent.futures
import threading
from concurrent import interpreters

CODE = """
import gc, json
kept = []
for round in range(4):
    kept.append([[str(i)] * 10 for i in range(2000)])
    text = json.dumps(kept[-1])
    assert json.loads(text) == kept[-1]
    data = [bytearray(i * 13) for i in range(1500)]
    if round == 2:
        kept.clear()
        gc.collect()
"""


def run(number):
    interpreter = interpreters.create()
    interpreter.exec(CODE)
    answer = interpreter.call(eval, f"len([str(i) for i in range({number} * 1000)])")
    interpreter.close()
    return answer


threads = [threading.Thread(target=run, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    print(list(pool.map(run, range(3))))
with concurrent.futures.InterpreterPoolExecutor(3) as pool:
    print(list(pool.map(len, [[bytes(i)] * i for i in range(10)])))
print(len(interpreters.list_all()))
