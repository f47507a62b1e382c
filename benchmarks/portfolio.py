"""The portfolio the benchmarks stand on: 30,000 rows of the public data set's shape, 6,818 of them late.

``UCI_FILE`` names the real file where the user keeps it; without it a file of the same shape and the
same number of late accounts is made from a fixed seed, so that anyone can repeat the figures.
"""

from __future__ import annotations

import csv
import os
import random
from pathlib import Path

ROWS, LATE = 30_000, 6_818
_MONTHS = 6


def card_clients(folder: Path) -> tuple[Path, str]:
    """The file to import and what to call it in the report."""
    given = os.environ.get("UCI_FILE")
    if given:
        return Path(given), "UCI card clients, the real file"
    path = folder / "card-clients.csv"
    chance = random.Random(20261122)
    late = set(chance.sample(range(ROWS), LATE))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", "PAY_0",
                         *(f"PAY_{n}" for n in range(2, 7)), *(f"BILL_AMT{n}" for n in range(1, 7)),
                         *(f"PAY_AMT{n}" for n in range(1, 7)), "default.payment.next.month"])
        writer.writerows(_client(number, number in late, chance) for number in range(ROWS))
    return path, "a generated file of the same shape"


def _client(number: int, late: bool, chance: random.Random) -> list[int]:
    months_late = chance.choices((1, 2, 3, 4, 5, 6, 7, 8), (3688, 2667, 300, 70, 40, 25, 15, 13))[0] if late else 0
    bill = chance.randint(5_000, 200_000)
    bills, paid = [], []
    for _ in range(_MONTHS):
        payment = 0 if late and chance.random() < 0.5 else int(bill * chance.uniform(0.02, 0.2))
        bills.append(bill)
        paid.append(payment)
        bill = max(0, int(bill * chance.uniform(0.9, 1.05)) - payment)
    statuses = [max(-1, months_late - month) if late else chance.choice((-1, 0)) for month in range(_MONTHS)]
    return [number + 1, chance.randint(1, 80) * 10_000, 1, 2, 1, chance.randint(21, 70), *statuses,
            *bills, *paid, int(late and chance.random() < 0.5)]
