"""Negotiators of NegMAS at both ends of the table: alternating offers over the plans the portal may offer.

The lender's side concedes with time (late, evenly, early) or as its counterpart does; the debtor is tough (concedes
late) or soft (early). NegMAS (AGPL) is installed by `make bench` and `make evaluate` alone.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from negmas.preferences import MappingUtilityFunction
from negmas.sao import (
    BoulwareTBNegotiator,
    ConcederTBNegotiator,
    LinearTBNegotiator,
    NaiveTitForTatNegotiator,
    SAOMechanism,
)
from negmas.warnings import NegmasWarning
from numpy.typing import NDArray

from core.evaluation.bargains import Bargain, Choose, work_on_bargains
from core.evaluation.measures import RATIOS, Resampled
from core.evaluation.parts import Counted, Part
from core.evaluation.strategies import COLUMN
from core.evaluation.world import World
from core.portfolio.engines import Engine

STEPS = 50
"""Rounds of offers before both go home."""
LENDERS = {"boulware": BoulwareTBNegotiator, "linear": LinearTBNegotiator, "conceder": ConcederTBNegotiator,
           "tit_for_tat": NaiveTitForTatNegotiator}
DEBTORS = {"tough": BoulwareTBNegotiator, "soft": ConcederTBNegotiator}
PART = 100


def choosers() -> dict[str, Choose]:
    """Every pair by its name."""
    return {f"negmas_{lender}_{debtor}": partial(negotiate, LENDERS[lender], DEBTORS[debtor])
            for lender in LENDERS for debtor in DEBTORS}


def negotiate(lender: type, debtor: type, bargain: Bargain) -> int | None:
    """One negotiation; the lender speaks first. A plan that the other would never accept may be named, not agreed."""
    outcomes = [(number,) for number in range(len(bargain.lender))]
    session = SAOMechanism(outcomes=outcomes, n_steps=STEPS)
    for kind, name, worth in ((lender, "lender", bargain.lender), (debtor, "debtor", bargain.debtor)):
        values = dict(zip(outcomes, worth.tolist(), strict=True))
        session.add(kind(name=name), ufun=MappingUtilityFunction(mapping=values, reserved_value=0.0,
                                                                 outcomes=outcomes))
    with warnings.catch_warnings():
        # Tit-for-tat warns whenever its counterpart names a plan that itself would never accept.
        warnings.simplefilter("ignore", NegmasWarning)
        agreed = session.run().agreement
    return None if agreed is None or bargain.debtor[agreed[0]] < 0 else int(agreed[0])


def work(part: Part) -> tuple[Counted, NDArray[np.float64]]:
    """A part by every pair."""
    logging.disable(logging.WARNING)
    return work_on_bargains(part, choosers())


def measure(worlds: tuple[World, ...], debtors: int, engine: Engine) -> dict[str, Any]:
    """So many debtors of seed 1, in parts of their own: other people than those of the evaluation."""
    parts = [Part(1, 10_000 + number, PART, worlds) for number in range(-(-debtors // PART))]
    found = sorted(engine.run(work, parts), key=lambda one: one[0].part.number)
    names = found[0][0].strategies
    results = {}
    for number, world in enumerate(worlds):
        resampled = Resampled(np.concatenate([one.sums[number] for one, _ in found], axis=1))
        results[world.name] = {name: {ratio: resampled.ratio(row, ratio).as_dict() for ratio in RATIOS}
                               for row, name in enumerate(names)}
    deals = np.concatenate([rows for _, rows in found], axis=1)
    balance = np.concatenate([one.people["balance_minor"].to_numpy() for one, _ in found])
    return {"debtors": len(parts) * PART, "steps": STEPS, "results": results,
            "toughness": [_toughness(lender, names, deals, balance) for lender in LENDERS]}


def _toughness(lender: str, names: Sequence[str], deals: NDArray[np.float64], balance: NDArray[Any]
               ) -> dict[str, Any]:
    """What a debtor gains by holding out: by how much less the deal costs them, by the model, than a soft one's."""
    soft, tough = (deals[names.index(f"negmas_{lender}_{debtor}")] for debtor in ("soft", "tough"))
    both = (soft[:, COLUMN["months"]] > 0) & (tough[:, COLUMN["months"]] > 0)
    gained = soft[both, COLUMN["debtor_cost"]] - tough[both, COLUMN["debtor_cost"]]
    return {"lender": lender, "deals": int(both.sum()), "gained": round(float(gained.sum() / balance[both].sum()), 5)}
