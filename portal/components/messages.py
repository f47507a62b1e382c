"""Messages of the bank as sentences: one template, one text, whether it came to the portal or to the phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import structlog

from core.clock import CHINA
from core.services.messages import UNREADABLE, Message
from portal.components.money import plain
from portal.i18n import day, has, moment, money, t

_OWN = "identity."
"""Templates of signing in carry their whole key; the others are words for the cardholder."""
_DAYS = ("answer_by", "until", "on")
_log = structlog.get_logger(__name__)


def in_words(template: str, parameters: Mapping[str, object]) -> str:
    """The sentence a person reads; a calm line where a message cannot be put into words (logged)."""
    key = template if template.startswith(_OWN) else f"cardholder.message.{template}"
    if template == UNREADABLE or not has(key):
        return _unreadable(template)
    try:
        return t(key).format(**dict(_readable(name, value) for name, value in parameters.items()))
    except (KeyError, ValueError):  # another version wrote it, with other parameters
        return _unreadable(template)


def line(message: Message) -> str:
    """A message with the day it is about; with its time too where it was written on that day."""
    told_at_once = message.at.astimezone(CHINA).date() == message.about_on
    when = moment(message.at) if told_at_once else day(message.about_on)
    return f"{when} · {in_words(message.template, message.parameters)}"


def listed(messages: Sequence[Message]) -> str:
    """Messages under their heading: a Markdown list."""
    lines = "\n".join(f"- {line(message)}" for message in messages)
    return f"#### {t('cardholder.messages.title')}\n\n{lines}"


def _unreadable(template: str) -> str:
    if template != UNREADABLE:  # else it is in the log already
        _log.error("message_without_words", template=template)
    return t("cardholder.message.unreadable")


def _readable(name: str, value: object) -> tuple[str, str]:
    """A parameter under the name its words use: amounts in yuan, days and instants in the reader's language."""
    if name.endswith("_minor"):
        return name.removesuffix("_minor"), money(int(str(value)))
    if name == "promised_by":
        return name, moment(datetime.fromisoformat(str(value)))
    dated = name in _DAYS or name.endswith("_date")
    return name, day(date.fromisoformat(str(value))) if dated else plain(value)
