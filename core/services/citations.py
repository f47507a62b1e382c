"""Where the policy values behind a figure come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.policy.model import Basis
from core.services.context import ServiceContext


@dataclass(frozen=True, slots=True)
class Cited:
    """A policy value a figure rests on, with its source; ``unconfirmed`` ones are shown as such.

    ``basis`` says whether the source binds this lender, or only compares with its own setting.
    """

    parameter: str
    title: str
    title_zh: str
    basis: Basis
    reference: str
    in_force_from: date
    unconfirmed: bool


class Citations:
    """Looks up where the value in force on a day comes from."""

    def __init__(self, context: ServiceContext, issuer: str, on: date) -> None:
        self._book, self._issuer, self._on = context.policy, issuer, on

    def __call__(self, *parameters: str) -> tuple[Cited, ...]:
        """The sources of ``parameters``; one without a value in force is left out."""
        return tuple(cited for name in parameters if (cited := self._one(name)) is not None)

    def _one(self, name: str) -> Cited | None:
        past = [value for value in self._book.timeline(name, self._issuer) if value.from_date <= self._on]
        if not past or past[-1].value is None:
            return None
        source = past[-1].source
        return Cited(name, source.title, source.title_zh, source.basis, source.reference, past[-1].from_date,
                     source.unconfirmed)
