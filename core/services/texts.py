"""Words people type into the portal: bounded, readable, and safe to keep in either database."""

from __future__ import annotations

import unicodedata

from core.domain.errors import InvalidInput

LONGEST_TEXT = 2_000
"""Characters; the columns hold as many."""


def clean_text(text: object, field: str, *, required: bool = False) -> str:
    """``text`` without spaces around it and without characters nobody can see or type.

    Raises ``InvalidInput`` naming ``field``: ``text_missing``, ``text_too_long``, ``text_unreadable``.
    """
    if not isinstance(text, str):
        raise InvalidInput("text_unreadable", "a text is needed", field=field)
    kept = "".join(sign for sign in text.replace("\r\n", "\n") if sign in "\n\t" or _is_visible(sign)).strip()
    if len(kept) > LONGEST_TEXT:
        raise InvalidInput("text_too_long", f"at most {LONGEST_TEXT} characters", field=field, highest=LONGEST_TEXT)
    if required and not kept:
        raise InvalidInput("text_missing", "a few words are needed", field=field)
    return kept


_REORDERING = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067")
"""They make a text read differently from what it says."""


def _is_visible(sign: str) -> bool:
    # Control characters, lone surrogates and unassigned code points; PostgreSQL refuses some of them.
    return unicodedata.category(sign) not in ("Cc", "Cs", "Cn", "Co") and sign not in _REORDERING
