# pandas: tables, groups, joins and text.
# needs: pandas
import io

import pandas as pd

table = pd.DataFrame({"key": [i % 7 for i in range(5000)], "value": range(5000), "text": [str(i) * 3 for i in range(5000)]})
print(table.groupby("key")["value"].agg(["sum", "max"]).to_string())
joined = table.merge(table.head(100), on="key", suffixes=("", "_2"))
print(len(joined), joined["value_2"].mean(), table["text"].str.len().sum())
text = table.head(50).to_csv()
print(pd.read_csv(io.StringIO(text), index_col=0).equals(table.head(50).astype({"text": int})))
print(table.pivot_table(index="key", columns=table["value"] % 3, values="value", aggfunc="count").to_string())
