"""A confirmation belongs to the visit it was given in: whoever comes back comes for something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.requests import proposals
from core.domain.actor import Actor
from core.services import assessments
from core.services.context import ServiceContext
from portal import i18n
from tests.screens.cardholders import ASSISTANT, OVERVIEW, REQUEST, assert_speaks, press, sign_up, words
from tests.screens.conftest import MAIN, OpenAs
from tests.services.cards import add_card
from tests.services.cases import FAMILY


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    """Somebody with two cards whose means are known."""
    add_card(sqlite_context)
    add_card(sqlite_context, card="c22")
    actor = sign_up(sqlite_context)
    assessments.finish(actor, sqlite_context, FAMILY, "a1")
    return actor


def _file(page: str) -> str:
    return str(Path(MAIN).parents[1] / page)


def _send(app: Any, page: str) -> None:
    if page == ASSISTANT:
        app.button(key="choose_1_lightest").click().run()
    next(box for box in app.checkbox if box.label == i18n.t("cardholder.request.acknowledge")).check().run()
    press(app, i18n.t("cardholder.request.send"))


@pytest.mark.parametrize("page", [REQUEST, ASSISTANT])
def test_a_confirmation_is_gone_for_who_comes_back_and_the_next_card_can_be_asked_for(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, page: str) -> None:
    app = open_as(who.user_id, page)
    _send(app, page)
    title = i18n.t("cardholder.request.done_title")
    assert title in words(app)
    app.run()
    assert title in words(app)
    app.switch_page(_file(OVERVIEW)).run()
    app.switch_page(_file(page)).run()
    assert_speaks(app)
    assert title not in words(app)
    _send(app, page)
    assert title in words(app)
    with sqlite_context.reading() as connection:
        asked = connection.execute(sa.select(proposals.c.account_id)).scalars().all()
    assert len(asked) == len(set(asked)) == 2
