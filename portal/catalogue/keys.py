"""Keys that code puts together while running, declared in one place for ``portal.catalogue.check``.

Each beginning names where its endings come from, so that a new role, state or reason without words
fails the check. None: the set is open (codes from data), and code falls back where a text is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from core.domain.actor import Authority, Role
from core.domain.hardship import HardshipReason
from core.domain.message_templates import OF_SIGNING_IN
from core.domain.proposal import ProposalKind
from core.policy.model import DECIMAL_UNITS, INTEGER_UNITS, MONEY_UNITS, Confidence, Status, Unit
from core.services.statistics import Dimension, Outcome
from portal.catalogue import keys_assistant as assistant
from portal.catalogue import keys_cardholder as cardholder
from portal.catalogue import keys_collector as collector
from portal.catalogue import keys_risk as risk
from portal.catalogue.endings import Endings, error_codes
from portal.navigation import PAGES


def _of(*members: StrEnum) -> Endings:
    """The values of an enumeration (or some of its members) as endings."""
    return lambda root: [member.value for member in members]


def _these(*endings: str) -> Endings:
    return lambda root: endings


def _pages(root: Path) -> Iterable[str]:
    return [spec.key for spec in PAGES]


_WRITTEN_UNITS = (DECIMAL_UNITS | INTEGER_UNITS | MONEY_UNITS) - {Unit.COUNT, Unit.FACTOR}

DYNAMIC: Mapping[str, Endings] = {
    **assistant.DYNAMIC,
    **cardholder.DYNAMIC,
    **collector.DYNAMIC,
    **risk.DYNAMIC,
    "common.page.": _pages,
    "common.role.": _of(*Role),
    "errors.": error_codes,
    "identity.ended.": _these("out", "ended", "failed"),
    "identity.idle.": _these("title", "text", "stay", "leave", "last"),
    "identity.title.": _these("activate", "reset"),
    "identity.lead.": _these("activate", "reset"),
    "identity.submit.": _these("activate", "reset"),
    "identity.sms.": _these(*(one.removeprefix("identity.sms.") for one in OF_SIGNING_IN)),
    "reasons.hardship.": _of(*HardshipReason),
    "staff.quarter.q": _these("1", "2", "3", "4"),
    "staff.outcome.": _of(*Outcome),
    "staff.by.": _of(*Dimension),
    "staff.kind.": _of(*ProposalKind),
    "staff.axis.": _these("requests", "decisions"),
    "admin.role.": _of(*(role for role in Role if role is not Role.CARDHOLDER)),
    "admin.authority.": lambda root: [*Authority, "none"],
    "admin.users.head.": _these("login", "name", "role", "authority", "active"),
    "admin.users.change.": _these("enable", "disable", "enabled", "disabled", "enable_note", "disable_note"),
    "admin.policy.status.": _of(*Status),
    "admin.policy.confidence.": lambda root: [each.name.lower() for each in Confidence if each is not Confidence.NONE],
    "admin.unit.": _of(*_WRITTEN_UNITS),
}
