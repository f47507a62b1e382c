"""The scorecard and what is made of it (policy ``risk.*``)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.domain.errors import InvalidInput
from core.domain.risk.record import Part
from core.domain.risk.scorecard import Band, Ladder, Rung, Scorecard
from core.domain.risk.view import RiskRule
from core.policy.book import Policy
from core.policy.model import Scalar

UNMEASURED = "unmeasured"
"""The key of a ladder's points where there is nothing to measure."""
SHARES, ACCOUNTS = "risk.default_share", "risk.sample_accounts"


def ladder_name(part: Part) -> str:
    """The parameter that holds the ladder of a part."""
    return f"risk.{part}"


FITTED = (*(ladder_name(part) for part in Part), SHARES, ACCOUNTS)
"""The parameters a fit gives."""


def risk_rule(policy: Policy) -> RiskRule:
    """Everything ``core.domain.risk`` needs. Raises ``PolicyMissing``, or ``InvalidInput`` for malformed ladders."""
    return RiskRule(scorecard(policy), policy.decimal("risk.warning_share"), policy.integer("risk.lapsed_cycles"),
                    policy.decimal("risk.lapsed_paid_share"))


def scorecard(policy: Policy) -> Scorecard:
    """The points by part and their bands."""
    shares, accounts = policy.table(SHARES), policy.table(ACCOUNTS)
    if set(shares) != set(accounts):
        raise InvalidInput("risk_points_malformed", "both tables of the bands have the same keys", field=ACCOUNTS)
    bands = sorted((Band(int(lowest), Decimal(str(share)), int(accounts[lowest])) for lowest, share in shares.items()),
                   key=lambda band: band.lowest_points)
    return Scorecard({part: _ladder(policy.table(ladder_name(part))) for part in Part}, tuple(bands))


def _ladder(table: Mapping[str, Scalar]) -> Ladder:
    rungs = sorted((Rung(Decimal(bound), int(points)) for bound, points in table.items() if bound != UNMEASURED),
                   key=lambda rung: rung.bound)
    return Ladder(tuple(rungs), int(table.get(UNMEASURED, 0)))


def tables(card: Scorecard) -> Mapping[str, Mapping[str, Scalar]]:
    """A scorecard as the values of ``FITTED``: what ``scorecard`` reads."""
    ladders: dict[str, Mapping[str, Scalar]] = {}
    for part, ladder in card.ladders.items():
        rungs: dict[str, Scalar] = {str(rung.bound): rung.points for rung in ladder.rungs}
        ladders[ladder_name(part)] = rungs | ({UNMEASURED: ladder.unmeasured} if ladder.unmeasured else {})
    return ladders | {SHARES: {str(band.lowest_points): band.share for band in card.bands},
                      ACCOUNTS: {str(band.lowest_points): band.accounts for band in card.bands}}
