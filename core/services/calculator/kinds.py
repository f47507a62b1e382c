"""The kinds of calculation, and the one way through each of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from core.domain.errors import InvalidInput

if TYPE_CHECKING:
    from core.policy.book import PolicyBook

Book = Callable[[], "PolicyBook"]
"""Reads the policy when first asked: not every kind needs it."""


class Kind(NamedTuple):
    """Where a kind's models and function live; imported only when the kind is asked for."""

    module: str
    name: str
    may_be_null: frozenset[str] = frozenset()

    def load(self) -> tuple[Any, Any, Callable[[Any, Book], Any]]:
        """Its input model, output model and function."""
        module = import_module(f"core.services.calculator.{self.module}")
        stem = "".join(word.capitalize() for word in self.name.split("_"))
        return getattr(module, f"{stem}Input"), getattr(module, f"{stem}Output"), getattr(module, self.name)


KINDS: dict[str, Kind] = {
    "interest": Kind("interest", "interest"),
    "minimum-payment": Kind("charges", "minimum_payment"),
    "late-fee": Kind("charges", "late_fee", frozenset({"cap"})),  # null: no cap, the one null allowed
    "cash-advance": Kind("charges", "cash_advance"),
    "allocate": Kind("ageing", "allocate"),
    "bucket": Kind("ageing", "bucket"),
    "due-dates": Kind("plans", "due_dates"),
    "schedule": Kind("plans", "schedule"),
    "apr": Kind("plans", "apr"),
    "project": Kind("projections", "project"),
    "affordability": Kind("affordability", "affordability"),
    "offers": Kind("offers", "offers"),
    "allocate-cards": Kind("cards", "allocate_cards"),
    "understand": Kind("understanding", "understand"),
}


def calculate(kind: str, data: bytes, book: Book) -> dict[str, Any]:
    """Compute one document of ``kind``; amounts in the answer are strings of yuan.

    Raises ``InvalidInput`` naming the field, or ``PolicyMissing`` where no value is in force.
    """
    from core.services.calculator.document import read_document
    from core.services.calculator.validation import read_input

    found = _find(kind)
    document = read_document(data, may_be_null=found.may_be_null)
    model, _, function = found.load()
    answer: dict[str, Any] = function(read_input(model, document), book).model_dump(mode="json")
    return answer


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schemas of the input and the output of ``kind``."""
    model, output, _ = _find(kind).load()
    return {"kind": kind,
            "input": _tidy(model.model_json_schema(mode="validation")),
            "output": _tidy(output.model_json_schema(mode="serialization"))}


def _find(kind: str) -> Kind:
    found = KINDS.get(kind)
    if found is None:
        raise InvalidInput("unknown_kind", f"the kinds are {', '.join(KINDS)}", field="kind", kinds=list(KINDS))
    return found


def _tidy(node: Any) -> Any:
    """Without ``"default": null``: a key left out has no value, and null is refused."""
    if isinstance(node, dict):
        return {key: _tidy(value) for key, value in node.items() if not (key == "default" and value is None)}
    return [_tidy(item) for item in node] if isinstance(node, list) else node
