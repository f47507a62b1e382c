"""Talking to the assistant on the screen: say something, see where it stands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.domain.actor import Actor
from core.services import assistant, requests
from core.services.assistant import Conversation
from core.services.context import ServiceContext
from portal import i18n
from tests.screens.cardholders import press
from tests.services.cards import TODAY

LOCALES = ("zh_CN", "en")


def talk_of(context: ServiceContext, who: Actor) -> Conversation:
    """Where the conversation about the first card stands."""
    account_id = requests.request_options(who, context, TODAY).accounts[0].account_id
    return assistant.open_conversation(who, context, account_id, context.clock.today())


def count(context: ServiceContext, table: sa.Table) -> int:
    with context.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def field(app: Any) -> Any:
    return next(one for one in app.text_input if one.label == i18n.t("assistant.say.label"))


def say(app: Any, text: str) -> Any:
    field(app).set_value(text)
    return press(app, i18n.t("assistant.say.send"))


def keys(app: Any) -> list[str]:
    return [button.key for button in app.button if button.key]


def unfold(app: Any, key: str) -> Any:
    """Unfold the expander called ``key``, as a click in the browser would tell the server."""
    app.session_state[key] = True
    return app.run()


def has_person(app: Any) -> bool:
    return "assistant_person" in keys(app)
