"""`make evaluate`: every strategy, NegMAS beside them, and the report with its tables and plots.

`python -m benchmarks.evaluation tables` only makes tables and plots anew from benchmarks/evaluation.json.
"""

from __future__ import annotations

import os
import sys

from benchmarks import negmas_counterparties, negmas_points
from benchmarks.evaluation_plots import draw
from benchmarks.evaluation_tables import LATEST, read_latest, write_page
from core.evaluation.calibration import fit, make_reference
from core.evaluation.document import write_document
from core.evaluation.people import AS_OF
from core.evaluation.runs import REFERENCE, Plan, evaluate
from core.evaluation.world import WORLDS
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.engines import Engine, Here, Processes
from portal.commands.progress import drawn

BARGAINERS = 1_000
"""Debtors NegMAS negotiates with: eight conversations each."""


def main() -> None:
    """Run everything and write it down."""
    count = os.cpu_count() or 1
    engine: Engine = Processes(count) if count > 1 else Here()
    with drawn() as progress:
        document = evaluate(Plan(), engine, progress)
    write_document(document | beside_negmas(engine), LATEST)
    report()


def beside_negmas(engine: Engine) -> dict[str, object]:
    """What needs NegMAS."""
    policy = PolicyBook.load().on(AS_OF)
    reference = make_reference(REFERENCE, policy, offer_rule(policy))
    worlds = tuple(fit(world, reference) for world in WORLDS.values())
    return {"counterparties": negmas_counterparties.measure(worlds, BARGAINERS, engine),
            "points": negmas_points.measure()}


def report() -> None:
    """Tables and plots from what was written down."""
    document = read_latest()
    write_page(document)
    draw(document)


if __name__ == "__main__":
    report() if sys.argv[1:] == ["tables"] else main()
