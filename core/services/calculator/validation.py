"""From a document to a kind's input model, with the first fault as a typed error."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.domain.errors import InvalidInput

Model = TypeVar("Model", bound=BaseModel)

_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_CODES = {"missing": "missing", "extra_forbidden": "unknown_key", "literal_error": "unknown_choice",
          "enum": "unknown_choice", "greater_than_equal": "out_of_range", "less_than_equal": "out_of_range",
          "too_short": "out_of_range", "too_long": "out_of_range", "string_pattern_mismatch": "malformed"}


def read_input(model: type[Model], document: dict[str, Any]) -> Model:
    """Validate ``document``. Raises ``InvalidInput`` with the place of the fault in ``field``."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
    fault = min(faults, key=lambda one: _rank(one["type"]))
    kind = fault["type"]
    field = _place(fault["loc"], last_is_key=kind in ("missing", "extra_forbidden"))
    code = _CODES.get(kind) or (kind if _is_ours(kind) else "wrong_type")
    message = f"{field} is required" if kind == "missing" and field else _message(fault["msg"])
    raise InvalidInput(code, message, field=field)


def _rank(kind: str) -> int:
    """A missing or unknown key explains more than what else its absence broke; our words more than pydantic's."""
    if kind in ("missing", "extra_forbidden"):
        return 0
    return 1 if _is_ours(kind) else 2


def _is_ours(kind: str) -> bool:
    return kind.startswith(("amount_", "rate_", "date_", "no_such_date"))


def _message(text: str) -> str:
    return text[:200].encode("ascii", "backslashreplace").decode("ascii")


def _place(location: tuple[int | str, ...], *, last_is_key: bool) -> str | None:
    """``debits.0.amount``; names of union members, which pydantic puts in between, are left out."""
    parts = [str(part) for n, part in enumerate(location)
             if isinstance(part, int) or _KEY.fullmatch(part) or (last_is_key and n == len(location) - 1)]
    place = ".".join(parts)[:80].encode("ascii", "backslashreplace").decode("ascii")
    return place or None
