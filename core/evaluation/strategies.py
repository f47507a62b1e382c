"""The ways to negotiate that are compared, and what is kept of a deal."""

from __future__ import annotations

from enum import StrEnum


class Strategy(StrEnum):
    """Who negotiates how; in the order in which they are shown."""

    PORTAL = "portal"
    """The engine: the recommended offer, then its answers to what the debtor names, then the table once more."""
    CEILING = "portal_up_to_ceiling"
    """The same; who came to no deal but can pay more than is affordable may choose to, up to the ceiling."""
    RECOMMENDED = "portal_recommended_only"
    """The engine's recommended offer, take it or leave it."""
    PICKED = "portal_debtor_picks"
    """The engine's offers side by side: the debtor picks the one that weighs least on them, if they accept any."""
    GRID_FREE = "grid_interest_free"
    """12, 24, 36 or 60 months without interest, nothing waived; the debtor picks among those that keep every
    constraint."""
    GRID_CONTRACT = "grid_contract_rate"
    """The same at the contract's rate."""
    CONCESSION = "maximum_concession"
    """Of the plans that keep every constraint the one that gives most: no interest, everything waived, longest."""
    GREEDY = "lender_greedy"
    """Of the plans that keep every constraint the one the engine's model finds worth most to the lender, uncapped."""
    RANDOM = "random_feasible"
    """Any plan that keeps every constraint."""
    ORACLE = "oracle"
    """Knows the private limits, the frailty and the months of lost income, and divides the gain as the engine does."""
    UNBOUND_FREE = "grid_interest_free_unbound"
    """The grid without interest for whoever says yes, affordable or not."""
    UNBOUND_CONTRACT = "grid_contract_rate_unbound"
    """The grid at the contract's rate for whoever says yes."""
    UNBOUND_CONCESSION = "maximum_concession_unbound"
    """Everything that authority allows, for whoever says yes."""


UNBOUND = (Strategy.UNBOUND_FREE, Strategy.UNBOUND_CONTRACT, Strategy.UNBOUND_CONCESSION)
"""Those that do not ask what policy and the person's budget allow."""
ENGINE = (Strategy.PORTAL, Strategy.CEILING, Strategy.RECOMMENDED, Strategy.PICKED)
"""Those that are the engine's."""

FIELDS = ("months", "monthly_minor", "total_minor", "financed_minor", "rate", "interest_free_months",
          "late_fee_waived_minor", "interest_waived_minor", "round", "lender_value", "debtor_cost", "completion",
          "frontier_gap", "breaches", "given_up")
"""Of a deal. ``months`` 0: none was made. ``round``: in which it was, from 1. ``lender_value``, ``debtor_cost`` and
``completion`` are the engine's model. ``frontier_gap``: what the two could have gained more, in shares of their best
gains, without either losing, in a plan that keeps every constraint. ``breaches``: constraints it does not keep.
``given_up``: fen of lender value short of the best plan for the lender that this debtor would have accepted.
"""
COLUMN = {name: number for number, name in enumerate(FIELDS)}
