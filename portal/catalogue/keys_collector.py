"""Keys of the collectors' screens that code puts together while running; see ``portal.catalogue.keys``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.domain.affordability import Outcome
from core.domain.decision import Outcome as Decision
from core.domain.delinquency import AssetClass
from core.domain.household import Evidence
from core.domain.offers.model import Bound
from core.domain.proposal import ProposalEvent, ProposalState
from core.services.assistant.model import PersonCause, TurnSource
from core.services.case_weighing import Given, Why
from portal.catalogue.endings import Endings
from portal.components.case_decision import Choice
from portal.components.case_limits_words import NONE_GRANTED
from portal.components.case_options_words import HEADS


def _these(endings: Iterable[str]) -> Endings:
    found = [str(ending) for ending in endings]
    return lambda root: found


_TOLD = [choice for choice in Choice if choice is not Choice.REFER]

_NEVER_MISSED = (Bound.STARTS_LIGHTER,)
"""Asked only of plans the engine makes up itself: no request is measured by it."""

DYNAMIC: Mapping[str, Endings] = {
    "collector.authority.because.": _these((
        "extension_days", "plan_months", "relief_months", "promise_days", "settlement", "late_fee_waiver",
        "interest_waiver", "principal_waiver", "second_plan", "large_balance", "submitted", "referred")),
    "collector.authority.obstacle.": _these((
        "authority_exceeded", "four_eyes_needed", "four_eyes_own", "recommended")),
    "collector.authority.recommended.": _these(Decision),
    "collector.case.closed.": _these(("information_requested", "withdrawn", "expired")),
    "collector.case.other.": _these(("none", "asked", "granted")),
    "collector.case.once.": _these(("granted", "asked")),
    "collector.case.promised.": _these(("granted", "asked")),
    "collector.check.": _these(("at_least", "at_most", "between")),
    "collector.class.": _these(AssetClass),
    "collector.decide.choice.": _these(Choice),
    "collector.decide.confirm.": _these(Choice),
    "collector.decide.reasons.": _these(Choice),
    "collector.event.": _these(ProposalEvent),
    "collector.evidence.": _these(Evidence),
    "collector.letter.": _these(_TOLD),
    "collector.options.bound.": _these([*Bound, "several"]),
    "collector.options.head.": _these(HEADS),
    "collector.options.missed.": _these(bound for bound in Bound if not bound.is_wish and bound not in _NEVER_MISSED),
    "collector.options.none_granted.": _these(NONE_GRANTED),
    "collector.options.obstacle.": _these(("no_assessment", "nothing_owed", "arrangement")),
    "collector.options.room.": _these(Given),
    "collector.options.why.": _these(Why),
    "collector.outcome.": _these(Outcome),
    "collector.people.cause.": _these(PersonCause),
    "collector.recommendation.": _these(Decision),
    "collector.row.": _these(("late", "promised")),
    "collector.row.day.": _these(("passed", "near")),
    "collector.row.moved.": _these(("start", "pay_by")),
    "collector.row.recommended.": _these(Decision),
    "collector.said.": _these(Choice),
    "collector.state.": _these(ProposalState),
    "collector.transcript.did.": _these(TurnSource),
}
"""Each beginning with where its endings come from: a new state or event without words fails the check."""
