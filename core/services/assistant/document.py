"""The document of ``portal calc offers`` for one turn, and its answer: what is stored is what anybody can recompute.

The rule is handed over as it is stored: with it and the document alone the answer can be worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.money import format_yuan
from core.domain.offers.editions import LATEST
from core.domain.offers.hashing import canonical_hash
from core.domain.offers.model import NO_WISH, Facts, Wish
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.rule import OfferRule
from core.domain.understanding import understand
from core.services.calculator.offer_documents import OffersInput
from core.services.calculator.offers import negotiated
from core.services.calculator.validation import read_input
from core.services.records import canonical_json

_RULE = TypeAdapter(OfferRule)
_SHOWN = TypeAdapter(Negotiation)
_KEPT_ANSWERS = 64
"""Answers a process keeps: sliders come back to where they were. A function of its arguments alone."""
_WARMING = ("I lost my job and can pay at most 500 a month from March", "\u6bcf\u6708\u8fd85\u767e")
_ANY_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Worked:
    """One negotiation with its document: ``result`` is what ``portal calc offers`` writes for ``document``."""

    document: Mapping[str, Any]
    negotiation: Negotiation
    shown: Mapping[str, Any]
    """The negotiation as it is stored, in full."""
    result: Mapping[str, Any]

    @property
    def input_hash(self) -> str:
        """Of what was asked."""
        return str(self.result["input_hash"])

    @property
    def grid_hash(self) -> str:
        """Of the plans that were looked at."""
        return str(self.result["grid_hash"])

    @property
    def result_hash(self) -> str:
        """Of the answer."""
        return str(self.result["result_hash"])


@dataclass(frozen=True, slots=True)
class StoredRule:
    """Every number of a rule as it is stored, by the hash of its content."""

    digest: str
    record: Mapping[str, Any]


def stored_rule(rule: OfferRule) -> StoredRule:
    """``rule`` as it is stored."""
    record: dict[str, Any] = _RULE.dump_python(rule, mode="json")
    return StoredRule(canonical_hash(record), record)


def rule_from(record: Mapping[str, Any]) -> OfferRule:
    """A stored rule read back. Raises ``InvalidInput`` for one this version cannot read."""
    found: OfferRule = _read(_RULE, record, "rule")
    return found


def shown_from(record: Mapping[str, Any] | str) -> Negotiation:
    """A stored negotiation read back, from its text too: the figures that were shown, not computed again."""
    found: Negotiation = _read(_SHOWN, record, "shown")
    return found


def document(facts: Facts, wish: Wish, hardship: Sequence[str], issuer: str) -> dict[str, Any]:
    """What ``portal calc offers`` reads for these facts and this wish; ``hardship``: the codes behind the flag."""
    told: dict[str, Any] = {
        "as_of": facts.as_of.isoformat(), "issuer": issuer,
        "account": {"principal": format_yuan(facts.principal_minor), "interest": format_yuan(facts.interest_minor),
                    "fees": format_yuan(facts.fees_minor), "days_past_due": facts.days_past_due},
        "affordable": format_yuan(facts.affordable_minor), "ceiling": format_yuan(facts.ceiling_minor),
        "disposable": format_yuan(facts.disposable_minor), "hardship": sorted(hardship),
        "authority": facts.authority.value, "chose_ceiling": facts.chose_ceiling}
    if facts.due_minor is not None:
        told["account"]["due"] = format_yuan(facts.due_minor)
    if facts.elsewhere:
        told["elsewhere"] = [{"on": on.isoformat(), "amount": format_yuan(amount)} for on, amount in facts.elsewhere]
    if wish != NO_WISH:
        # Without a wish there is one edition only.
        told |= {"wish": wish_document(wish), "edition": LATEST}
    return told


def wish_document(wish: Wish) -> dict[str, Any]:
    """The wish as ``portal calc offers`` reads it: only what was named."""
    amounts = {"monthly_at_most": wish.monthly_at_most_minor, "amount": wish.instalment_at_most_minor,
               "down_payment": wish.down_payment_minor, "lump_sum": wish.lump_sum_minor,
               "first_monthly_at_most": wish.first_monthly_at_most_minor, "later_monthly": wish.later_monthly_minor,
               "lean_monthly_at_most": wish.lean_monthly_at_most_minor}
    plain = {"months_at_most": wish.months_at_most, "due_day": wish.due_day,
             "interest_free_months": wish.interest_free_months, "pause_months": wish.pause_months}
    told: dict[str, Any] = {name: format_yuan(amount) for name, amount in amounts.items() if amount is not None}
    told |= {name: value for name, value in plain.items() if value is not None}
    if wish.frequency is not Frequency.MONTHLY or wish.instalment_at_most_minor is not None:
        told["frequency"] = wish.frequency.value
    if wish.first_due_date is not None:
        told["first_due_on"] = wish.first_due_date.isoformat()
    if wish.earliest_first_due_date is not None:
        told["earliest_first_due_on"] = wish.earliest_first_due_date.isoformat()
    if wish.step_up:
        told["step_up"] = True
    if wish.lean_months:
        told["lean_months"] = list(wish.lean_months)
    waived = [name for name, asked in (("interest", wish.waive_interest), ("late_fee", wish.waive_late_fee)) if asked]
    return told | ({"waive": waived} if waived else {})


def work_out(given: Mapping[str, Any], rule: Mapping[str, Any], version: str) -> Worked:
    """The answer to a document under a stored rule. Raises ``InvalidInput`` naming the field of a fault.

    The same document and rule give the same answer, here, in a replay and in another process.
    """
    return _worked(canonical_json(given), canonical_json(rule), version)


def work_out_afresh(given: Mapping[str, Any], rule: Mapping[str, Any], version: str) -> Worked:
    """The same without looking at what this process has worked out before: for a proof."""
    return _worked.__wrapped__(canonical_json(given), canonical_json(rule), version)


@lru_cache(maxsize=_KEPT_ANSWERS)
def _worked(given: str, rule: str, version: str) -> Worked:
    from core.services.calculator.document import read_document

    told = read_document(given.encode())
    # The level is always in the document, so the default never counts.
    negotiation, output = negotiated(read_input(OffersInput, told), _RULE.validate_json(rule), Authority.L1, version)
    return Worked(told, negotiation, _shown(negotiation), output.model_dump(mode="json"))


def _shown(negotiation: Negotiation) -> dict[str, Any]:
    """As it is stored. What says nothing and came later is left out: an answer of before stays the same."""
    record: dict[str, Any] = _SHOWN.dump_python(negotiation, mode="json")
    if record["answer"] is not None and record["answer"]["as_named"] is None:
        del record["answer"]["as_named"]
    return record


def load_ahead() -> None:
    """Load what the first answer of a process needs, so that nobody waits half a second for it."""
    from core.portfolio.offers import ArraySearch  # noqa: F401  # with NumPy

    for text in _WARMING:
        understand(text, _ANY_DAY, 1)


def _read(adapter: TypeAdapter[Any], record: Mapping[str, Any] | str, what: str) -> Any:
    try:
        return adapter.validate_json(record if isinstance(record, str) else canonical_json(record), strict=True)
    except ValidationError as fault:
        raise InvalidInput("turn_unreadable", "kept by another version, or altered", field=what) from fault
