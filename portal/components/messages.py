"""Messages of the bank as sentences: one template, one text, whether it came to the portal or to the phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from core.services.messages import Message
from portal.components.money import plain
from portal.i18n import day, moment, t

_OWN = "identity."
"""Templates of signing in carry their whole key; the others are words for the cardholder."""
_DAYS = ("answer_by", "until")


def in_words(template: str, parameters: Mapping[str, object]) -> str:
    """The sentence a person reads."""
    key = template if template.startswith(_OWN) else f"cardholder.message.{template}"
    return t(key, **{name: _readable(name, str(value)) for name, value in parameters.items()})


def listed(messages: tuple[Message, ...]) -> str:
    """The newest messages with when they came: a Markdown list."""
    lines = "\n".join(f"- {moment(message.at)} · {in_words(message.template, message.parameters)}"
                      for message in messages)
    return f"#### {t('cardholder.messages.title')}\n\n{lines}"


def _readable(name: str, value: str) -> str:
    if name == "promised_by":
        return moment(datetime.fromisoformat(value))
    return day(date.fromisoformat(value)) if name in _DAYS else plain(value)
