"""What the principal of an account consists of: purchases, cash, what was brought in, corrections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.account_history import FactKind
from core.services.books.forward import Books

_KINDS = {FactKind.PURCHASE: "purchases", FactKind.CASH: "cash", FactKind.ADJUSTMENT: "corrections"}


@dataclass(frozen=True, slots=True)
class PrincipalParts:
    """Fen of principal still owed by where they come from; together they are the principal, if that is not a credit.

    Interest never becomes principal here: where it compounds, billed interest bears interest in its own component.
    """

    purchases: int = 0
    cash: int = 0
    brought_in: int = 0
    """Owed when the books opened."""
    corrections: int = 0
    credit: int = 0
    """A credit balance, negative."""


def principal_parts(books: Books, principal_minor: int | None = None) -> PrincipalParts:
    """The parts of ``principal_minor`` fen (the posted principal if none is given) of ``books``.

    The books must be read from their opening.

    Credits meet the oldest debits first, as payments do, so what is left is the newest.
    """
    principal = books.balances.principal_minor if principal_minor is None else principal_minor
    if principal <= 0:
        return PrincipalParts(credit=principal)
    left, parts = principal, dict.fromkeys(PrincipalParts.__dataclass_fields__, 0)
    for name, amount_minor in _newest_first(books):
        taken = min(left, amount_minor)
        parts[name] += taken
        left -= taken
    parts["brought_in"] += left
    return PrincipalParts(**parts)


def _newest_first(books: Books) -> Iterator[tuple[str, int]]:
    debits = [fact for fact in books.facts
              if fact.kind in _KINDS and fact.component == "principal" and fact.amount_minor > 0]
    # Of one day in the order in which the day is played.
    for fact in sorted(debits, key=lambda one: (one.on, list(_KINDS).index(one.kind)), reverse=True):
        yield _KINDS[fact.kind], fact.amount_minor
