"""The calculator's field types: amounts in yuan, rates, ISO dates, each as strict as the fine print.

An amount is a string in the document and ``int`` fen in a model; a rate is a string and ``Decimal``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from core.domain.errors import InvalidInput
from core.domain.money import format_yuan, parse_yuan

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)

_RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,30})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Input(BaseModel):
    """What a kind reads: unknown keys are an error, nothing is converted silently."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Output(BaseModel):
    """What a kind writes."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)


def _amount(*, signed: bool) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            return parse_yuan(value, signed=signed)
        except InvalidInput as error:
            raise _refusal(error.code, str(error)) from None
    return read


def _rate(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise _refusal("rate_not_text", 'a rate is a string such as "0.0005"')
    if not _RATE.fullmatch(value):
        raise _refusal("rate_malformed", "a rate has at most 6 digits and 30 decimals, and no sign")
    return Decimal(value)


def _day(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise _refusal("date_malformed", 'a date is a string such as "2026-11-22"')
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _refusal("no_such_date", "the calendar has no such date") from None
    if not EARLIEST <= day <= LATEST:
        raise _refusal("date_out_of_range", f"dates go from {EARLIEST} to {LATEST}")
    return day


def _refusal(code: str, message: str) -> PydanticCustomError:
    # Literal braces would be read as placeholders; these messages have none.
    return PydanticCustomError(code, message)


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": description})


_yuan = PlainSerializer(format_yuan, return_type=str)
_plain = PlainSerializer(lambda rate: format(rate, "f"), return_type=str)

Amount = Annotated[int, PlainValidator(_amount(signed=False)),
                   _schema(r"^[0-9]{1,15}(\.[0-9]{1,2})?$", "yuan, at most two decimals")]
SignedAmount = Annotated[int, PlainValidator(_amount(signed=True)),
                         _schema(r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$", "yuan; negative is paid by the borrower")]
Rate = Annotated[Decimal, PlainValidator(_rate),
                 _schema(r"^[0-9]{1,6}(\.[0-9]{1,30})?$", "a fraction: 0.0005 is 0.05 %")]
Day = Annotated[date, PlainValidator(_day), _schema(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "ISO date")]

Count = Annotated[int, Field(ge=1, le=600)]
DaysPastDue = Annotated[int, Field(ge=0, le=100_000)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A short name from a list the caller keeps, such as a kind of income."""

Yuan = Annotated[int, _yuan, _schema(r"^-?[0-9]+\.[0-9]{2}$", "yuan, always two decimals")]
Percent = Annotated[Decimal, _plain, _schema(r"^-?[0-9]+\.[0-9]{2}$", "percent, two decimals")]
DailyRate = Annotated[Decimal, _plain, _schema(r"^[0-9]+(\.[0-9]+)?$", "a fraction per day")]

Absent = SkipJsonSchema[None]
"""``Amount | Absent = None``: the key may be left out, but null is refused before it gets here."""
