"""Pickles a list of records and reads it back, by the newest protocol and by the oldest that knows classes well."""

import pickle
import sys


class Record:
    def __init__(self, number):
        self.number = number
        self.name = f"record {number}"
        self.values = [number * i for i in range(8)]
        self.links = {f"link{i}": number + i for i in range(4)}

    def __eq__(self, other):
        return self.__dict__ == other.__dict__


records = [Record(number) for number in range(6000)]
for _ in range(int(sys.argv[1])):
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        if pickle.loads(pickle.dumps(records, protocol)) != records:
            sys.exit("a record changed on its way")
