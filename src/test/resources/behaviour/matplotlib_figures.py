# matplotlib: a figure with text, lines and bars is drawn without a display.
# needs: matplotlib
# env: MPLBACKEND=Agg
# env: MPLCONFIGDIR=/tmp/panamem-case-matplotlib
import hashlib
import io

import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2)
for n in range(1, 5):
    left.plot([i / 10 for i in range(100)], [(i / 50) ** n for i in range(100)], label=f"power {n}")
left.legend()
right.bar(range(10), [i * i for i in range(10)])
figure.suptitle("title")
for kind in "png", "svg":
    file = io.BytesIO()
    figure.savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else None)
    print(kind, len(file.getvalue()) > 10000, hashlib.sha256(file.getvalue()).hexdigest() if kind == "png" else "")
