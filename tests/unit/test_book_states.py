"""An account's state survives being written down, in this version's form and in earlier ones."""

from __future__ import annotations

import json
from datetime import date

import pytest

from core.domain.account_state import AccountState, Ask, Balances, Bearing, UnpaidMinimum
from core.domain.errors import Conflict
from core.domain.interest import Movement
from core.services.books.states import read_state, write_state

DUE = date(2026, 11, 25)
STATE = AccountState(
    Balances(100_000, 500, 1_000, 20),
    (Bearing(date(2026, 11, 6), 60_500),
     Bearing(date(2026, 10, 9), 45_000, DUE, (Movement(date(2026, 11, 2), 5_000),))),
    (Ask(DUE, 12_000, 101_520, 300, date(2026, 12, 20)),),
    (UnpaidMinimum(date(2026, 10, 20), 9_000, date(2026, 9, 25)), UnpaidMinimum(date(2026, 10, 26), 1_000)),
    2, 700, date(2026, 12, 20))


def test_a_state_read_back_is_the_state_that_was_written() -> None:
    assert read_state(write_state(STATE)) == STATE
    assert read_state(write_state(AccountState())) == AccountState()


def test_a_state_of_the_first_form_is_still_read() -> None:
    raw = json.loads(write_state(STATE))
    raw["form"], raw["overdue"] = 1, [one[:2] for one in raw["overdue"]]
    found = read_state(json.dumps(raw))
    assert found.overdue == (UnpaidMinimum(date(2026, 10, 20), 9_000), UnpaidMinimum(date(2026, 10, 26), 1_000))
    assert found.asks == STATE.asks


def test_a_state_of_a_newer_version_is_refused_by_name() -> None:
    raw = json.loads(write_state(STATE))
    raw["form"] += 1
    with pytest.raises(Conflict) as refused:
        read_state(json.dumps(raw))
    assert refused.value.code == "books_of_newer_version"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"form": 2}', '{"form": "two"}'])
def test_a_text_that_no_version_wrote_is_refused(text: str) -> None:
    with pytest.raises(Conflict) as refused:
        read_state(text)
    assert refused.value.code == "books_unreadable"
