"""Reading a JSON document from a stranger: every limit is checked before anything is computed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from core.domain.errors import InvalidInput

LARGEST_DOCUMENT = 1024 * 1024
"""Bytes."""
DEEPEST_NESTING = 32
MOST_ROWS = 10_000
"""Items of all lists together."""
LONGEST_NUMBER = 20
"""Digits of a bare JSON number; amounts and rates are strings."""

_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")


def read_document(data: bytes, *, may_be_null: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Parse ``data`` as one JSON object.

    Refuses with ``InvalidInput``: documents over 1 MiB, nesting over 32, invalid UTF-8, lone surrogates,
    repeated keys, ``null`` (except under the top-level keys ``may_be_null``), NaN and Infinity, numbers
    of more than 20 digits, more than 10,000 rows, and anything but an object at the top.
    """
    if len(data) > LARGEST_DOCUMENT:
        raise InvalidInput("document_too_large", "a document has at most 1 MiB")
    _check_nesting(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("not_utf8", "a document is UTF-8") from None
    try:
        document = json.loads(text, parse_constant=_refuse_constant, parse_int=_integer,
                              object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise InvalidInput("not_json", f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    if not isinstance(document, dict):
        raise InvalidInput("not_an_object", "a document is one JSON object")
    _check_values(document, may_be_null)
    return document


def _check_nesting(data: bytes) -> None:
    """Count brackets outside strings; before parsing, so that no parser has to survive the depth."""
    depth = 0
    in_string = escaped = False
    for byte in data:
        if in_string:
            if escaped:
                escaped = False
            elif byte == _BACKSLASH:
                escaped = True
            elif byte == _QUOTE:
                in_string = False
        elif byte == _QUOTE:
            in_string = True
        elif byte in _OPENING:
            depth += 1
            if depth > DEEPEST_NESTING:
                raise InvalidInput("nested_too_deeply", f"a document is nested at most {DEEPEST_NESTING} deep")
        elif byte in _CLOSING:
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidInput("not_finite", f"{name} is not a number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise InvalidInput("number_too_long", f"a number has at most {LONGEST_NUMBER} digits")
    return int(digits)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        repeated, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise InvalidInput("repeated_key", "a key appears twice", field=_printable(repeated))
    return result


def _check_values(document: dict[str, Any], may_be_null: frozenset[str]) -> None:
    rows = 0
    for trail, value in _walk(document):
        if value is None and not (len(trail) == 1 and trail[0] in may_be_null):
            raise InvalidInput("null", "null is not a value; leave the key out", field=_place(trail))
        if isinstance(value, list):
            rows += len(value)
            if rows > MOST_ROWS:
                raise InvalidInput("too_many_rows", f"a document has at most {MOST_ROWS} rows", field=_place(trail))
        for text in (value, trail[-1]):
            if isinstance(text, str) and not _is_text(text):
                raise InvalidInput("not_text", "a text contains half of a surrogate pair", field=_place(trail))


def _walk(document: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value with the keys that lead to it; at most 32 of them by now."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((key,), value) for key, value in document.items()]
    while pending:
        trail, value = pending.pop()
        yield trail, value
        if isinstance(value, dict):
            pending.extend(((*trail, key), item) for key, item in value.items())
        elif isinstance(value, list):
            pending.extend(((*trail, number), item) for number, item in enumerate(value))


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _place(trail: tuple[str | int, ...]) -> str:
    return _printable(".".join(str(step)[:80] for step in trail))


def _printable(path: str) -> str:
    return path[:80].encode("ascii", "backslashreplace").decode("ascii")
