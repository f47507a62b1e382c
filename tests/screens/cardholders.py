"""People with cards who sign in, and what their screens say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.domain.actor import Actor, Role
from core.services import assessments
from core.services.context import ServiceContext
from core.services.identity import users
from tests.services.cards import MISSED_SINCE_AUGUST, Month, add_card, cardholder
from tests.services.cases import FAMILY

OVERVIEW, AFFORD, ASSISTANT, REQUEST, MINE = (f"pages/cardholder/{name}.py" for name in (
    "overview", "affordability", "assistant", "request", "my_requests"))


def sign_up(context: ServiceContext, person: str = "p1") -> Actor:
    """The cardholder called ``person`` with a user of their own."""
    who = cardholder(context, person)
    with context.writing() as connection:
        user_id = users.insert_user(connection, login=f"login-{person}", display_name="Somebody", role=Role.CARDHOLDER,
                                    authority=None, cardholder_id=who.cardholder_id, password_hash="x",
                                    at=context.clock.now())
    return Actor(user_id, Role.CARDHOLDER, who.cardholder_id)


def assessed(context: ServiceContext, months: Sequence[Month] = MISSED_SINCE_AUGUST) -> Actor:
    """A person who has signed up, with one card that lived through ``months`` and a finished assessment."""
    add_card(context, months)
    person = sign_up(context)
    assessments.finish(person, context, FAMILY, "assessed")
    return person


def words(app: Any) -> str:
    """Everything the screen says, as one text."""
    shown = [block.value for kind in ("title", "markdown", "info", "success", "warning", "error", "caption")
             for block in getattr(app, kind)]
    shown += [f"{metric.label} {metric.value}" for metric in app.metric]
    shown += [widget.label for kind in ("button", "expander", "text_input", "checkbox", "slider", "radio", "selectbox")
              for widget in getattr(app, kind)]
    return "\n".join(shown)


def press(app: Any, label: str) -> Any:
    """Press the button called ``label``."""
    return next(button for button in app.button if button.label == label).click().run()


def assert_speaks(app: Any) -> None:
    """No exception, and no message id where its text should be."""
    assert not app.exception
    for area in ("assistant.", "cardholder.", "reasons.", "errors.", "common."):
        assert area not in words(app), f"a text is missing: {words(app)}"
