"""One cell of the bank's files as a value, or the code of what is wrong with it.

Strict on purpose: ``1e5``, ``1,000``, ``２０２６`` and ``2026/11/22`` each mean something to somebody, and a
debt is no place to guess what. Every refusal has its own code, so that the file's owner can mend it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.domain.errors import InvalidInput
from core.domain.money import parse_yuan
from core.services.importing.bank.columns import Column, Kind
from core.services.importing.reading import TextRow
from core.services.importing.report import RowFault, shortened

_EARLIEST = date(1990, 1, 1)
_REFERENCE = re.compile(r"[!-~]{1,64}", re.ASCII)
_CODE = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_LAST4 = re.compile(r"[0-9]{4}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_OTHER_DATE = re.compile(r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}|[0-9]{8}|[0-9]{5}", re.ASCII)
_PRIVATE = {"cardholder_name", "reserved_phone"}
"""Columns whose content never appears in a message."""


class _Fault(Exception):
    """A cell that cannot be read: its code."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one file by its columns and collects every fault."""

    file: str
    columns: tuple[Column, ...]
    as_of: date
    faults: list[RowFault]

    def read(self, row: TextRow) -> Mapping[str, Any]:
        """The values by column, every fault of a cell noted; an empty optional cell is None.

        A cell at fault has no value, so that what the others say can still be checked.
        """
        if not row.complete:
            self.fault(row.number, "", "wrong_number_of_cells")
        values: dict[str, Any] = {}
        for column in self.columns:
            text = row.cells.get(column.name, "")
            try:
                values[column.name] = self._value(column, text)
            except _Fault as fault:
                detail = "" if column.name in _PRIVATE else shortened(text)
                self.fault(row.number, column.name, str(fault), detail)
        return values

    def fault(self, row: int, column: str, code: str, detail: str = "") -> None:
        """Note one fault."""
        self.faults.append(RowFault(row, column, code, detail, self.file))

    def _value(self, column: Column, text: str) -> Any:
        if not text:
            if column.required:
                raise _Fault("value_missing")
            return None
        free = column.kind in (Kind.TEXT, Kind.PRODUCT)
        if not free and any(unicodedata.east_asian_width(sign) == "F" for sign in text):
            raise _Fault("full_width_characters")
        if column.kind in (Kind.DATE, Kind.DUE_DATE):
            return _day(text, None if column.kind is Kind.DUE_DATE else self.as_of)
        return _READERS[column.kind](text)


def _text_up_to(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > longest:
            raise _Fault("text_too_long")
        if not text.isprintable():
            raise _Fault("text_not_printable")
        return text

    return read


def _matching(pattern: re.Pattern[str], code: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise _Fault(code)
        return text

    return read


def _amount(text: str) -> int:
    return _yuan(text, signed=False)


def _signed_amount(text: str) -> int:
    return _yuan(text, signed=True)


def _yuan(text: str, *, signed: bool) -> int:
    if not signed and text.startswith("-"):
        raise _Fault("amount_negative")
    if re.fullmatch(r"-?[0-9.]+[eE][+-]?[0-9]+", text):
        raise _Fault("amount_in_exponent_notation")
    if "," in text:
        raise _Fault("amount_with_separators")
    if re.fullmatch(r"-?[0-9]+\.[0-9]{3,}", text):
        raise _Fault("amount_too_many_decimals")
    try:
        return parse_yuan(text, signed=signed)
    except InvalidInput as refusal:
        raise _Fault(refusal.code) from None


def _day(text: str, latest: date | None) -> date:
    if not _DATE.fullmatch(text):
        raise _Fault("date_not_iso" if _OTHER_DATE.fullmatch(text) else "date_malformed")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Fault("date_impossible") from None
    if day < _EARLIEST:
        raise _Fault("date_too_early")
    if latest is not None and day > latest:
        raise _Fault("date_in_future")
    return day


def _day_of_month(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text, re.ASCII):
        raise _Fault("not_a_whole_number")
    if not 1 <= int(text) <= 28:
        raise _Fault("statement_day_out_of_range")
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise _Fault("flag_malformed")
    return text == "true"


def _locale(text: str) -> str:
    if text not in ("zh_CN", "en"):
        raise _Fault("locale_unknown")
    return text


_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.REFERENCE: _matching(_REFERENCE, "reference_malformed"), Kind.TEXT: _text_up_to(80),
    Kind.PRODUCT: _text_up_to(40),
    Kind.CODE: _matching(_CODE, "code_malformed"), Kind.LAST4: _matching(_LAST4, "card_last4_malformed"),
    Kind.PHONE: _matching(_PHONE, "phone_malformed"), Kind.AMOUNT: _amount, Kind.SIGNED_AMOUNT: _signed_amount,
    Kind.DAY_OF_MONTH: _day_of_month, Kind.FLAG: _flag, Kind.LOCALE: _locale,
}
