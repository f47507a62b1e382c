"""Reading what people type: amounts as people write them, strict only about what would be a guess.

``core.domain.money.parse_yuan`` stays strict, for machines; here ``1,200``, ``¥1200.5``, full-width
digits and a trailing yuan sign are first brought into its form. What stays doubtful is refused in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.money import parse_yuan
from portal.i18n import money, t

_YUAN, _PIECE, _TEN_THOUSAND = "\u5143", "\u5757", "\u4e07"
_UNITS = (_YUAN, _PIECE, "\u5706", "rmb", "cny", "yuan")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_PLAIN = re.compile(r"\d*\.?\d*", re.ASCII)
LONGEST_AMOUNT = 24
"""Characters a person may type for an amount; more is a slip of the keyboard."""


def read_amount(text: str, field: str | None = None) -> int:
    """An amount as a person writes it, in fen; empty is 0.

    Raises ``InvalidInput`` naming ``field``: ``amount_negative``, ``amount_separator`` (``1,20``: a
    thousand or a decimal comma?), ``amount_decimals`` (more than two), ``amount_too_large``,
    ``amount_unreadable``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = plain.removeprefix("\u00a5").removeprefix("\uffe5").replace("\u3002", ".")
    plain = re.sub(r"\s", "", plain)
    for unit in _UNITS:
        plain = plain.removesuffix(unit).removeprefix(unit)
    tens, plain = (True, plain.removesuffix(_TEN_THOUSAND)) if plain.endswith(_TEN_THOUSAND) else (False, plain)
    if not plain and not tens:
        return 0
    if plain.startswith(("-", "\u2212")):
        raise InvalidInput("amount_negative", "an amount is not negative", field=field)
    if "," in plain and not _GROUPED.fullmatch(plain):
        raise InvalidInput("amount_separator", "commas separate thousands only", field=field)
    plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain) or plain in ("", ".") or len(text) > LONGEST_AMOUNT:
        raise InvalidInput("amount_unreadable", "not an amount", field=field)
    return _minor(plain, 4 if tens else 0, field)


def _minor(plain: str, shift: int, field: str | None) -> int:
    """Fen of a plain decimal, its point moved ``shift`` places to the right."""
    yuan, _, decimals = plain.partition(".")
    moved, rest = decimals[:shift].ljust(shift, "0"), decimals[shift:].rstrip("0")
    if len(rest) > 2:
        raise InvalidInput("amount_decimals", "at most two decimals", field=field)
    return parse_yuan(f"{(yuan + moved).lstrip('0') or '0'}" + (f".{rest}" if rest else ""), field)


def write_amount(amount_minor: int) -> str:
    """An amount as the field shows it again: ``1200`` or ``1200.50``; 0 is an empty field."""
    if not amount_minor:
        return ""
    yuan, fen = divmod(amount_minor, 100)
    return f"{yuan}.{fen:02d}" if fen else str(yuan)


def complete(fields: Mapping[str, str | None]) -> bool:
    """Whether every one of ``fields`` (what was typed, by label) is filled in; if not, names all empty ones at once."""
    empty = [label for label, typed in fields.items() if not typed]
    if empty:
        st.warning(t("common.missing", fields=t("common.list_mark").join(empty)))
    return not empty


def error_text(refusal: InvalidInput) -> str:
    """The words for a field that could not be read."""
    return t(f"cardholder.form.{refusal.code}")


def amount_field(label: str, key: str, *, help_text: str | None = None) -> int | None:
    """A text field for an amount; None when it cannot be read, the reason beneath it and the text kept.

    ``key`` is the widget's key in ``st.session_state``: set it beforehand to fill the field. No ``max_chars``,
    here or elsewhere: the browser would drop a longer text without a word.
    """
    text = st.text_input(label, key=key, help=help_text, autocomplete="off",
                         placeholder=t("cardholder.form.amount_placeholder"))
    try:
        amount = read_amount(text or "", key)
    except InvalidInput as refusal:
        st.error(error_text(refusal))
        return None
    if amount and text.strip() != write_amount(amount):
        st.caption(t("cardholder.form.read_as", amount=money(amount)))
    return amount
