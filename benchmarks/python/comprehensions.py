"""Lists, sets, dicts and generators by comprehension: filtered, nested and grouped."""

import sys
from dataclasses import dataclass


@dataclass
class Order:
    number: int
    customer: str
    items: list


def orders():
    return [Order(i, f"customer {i % 500}", [(j, j * i % 97) for j in range(i % 9)]) for i in range(20_000)]


for _ in range(int(sys.argv[1])):
    made = orders()
    totals = {order.number: sum(price for _, price in order.items) for order in made if order.items}
    customers = {order.customer for order in made}
    flat = [(order.number, item, price) for order in made for item, price in order.items if price > 10]
    table = [[row * column for column in range(40)] for row in range(40)]
    if len(customers) != 500 or len(totals) >= len(made) or not flat or table[39][39] != 39 * 39:
        sys.exit("a comprehension went wrong")
