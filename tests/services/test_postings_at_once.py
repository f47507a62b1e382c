"""Postings that reach one account at the same time: one after the other, none lost, none twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

import pytest

from core.domain.actor import SYSTEM
from core.domain.errors import PortalError
from core.services import postings
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.ledgers import Bank, add_new_card

MARCH = date(2026, 3, 20)
TOGETHER = 6


@pytest.fixture
def bank(context: ServiceContext, time_: TestTime) -> Bank:
    return Bank(context, time_, add_new_card(context)).on(MARCH)


def outcomes(commands: Sequence[Callable[[], object]]) -> list[str]:
    """What each of ``commands`` came to, all of them begun at the same moment: ``done`` or the code of its refusal."""
    found: list[str] = []
    begin = threading.Barrier(len(commands))

    def carry_out(command: Callable[[], object]) -> None:
        begin.wait()
        try:
            command()
            found.append("done")
        except PortalError as refusal:
            found.append(refusal.code)
        except Exception as broken:  # would be lost with its thread
            found.append(repr(broken))

    threads = [threading.Thread(target=carry_out, args=(command,)) for command in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_one_purchase_reported_at_once_under_several_keys_is_posted_once(bank: Bank) -> None:
    debit = postings.Debit("till-7", 10_000, MARCH)
    found = outcomes([partial(postings.record_purchase, SYSTEM, bank.context, bank.account_id, debit, MARCH, f"k{one}")
                      for one in range(TOGETHER)])
    assert found == ["already_posted"] * (TOGETHER - 1) + ["done"]
    assert bank.account().principal_minor == 10_000
    assert bank.verified().faults == 0


def test_one_payment_reported_at_once_under_several_keys_is_posted_once(bank: Bank) -> None:
    bank.buy(50_000)
    payment = postings.PaymentIn("till-8", 10_000, MARCH, "transfer")
    found = outcomes([partial(postings.post_payment, SYSTEM, bank.context, bank.account_id, payment, MARCH, f"k{one}")
                      for one in range(TOGETHER)])
    assert found == ["already_posted"] * (TOGETHER - 1) + ["done"]
    assert bank.account().principal_minor == 40_000
    assert bank.verified().faults == 0


def test_one_payment_taken_back_at_once_under_several_keys_is_taken_back_once(bank: Bank) -> None:
    bank.buy(50_000)
    bank.pay(10_000, reference="till-9")
    reversal = postings.Reversal("payment:till-9", "bounced")
    found = outcomes([partial(postings.reverse, SYSTEM, bank.context, bank.account_id, reversal, MARCH, f"k{number}")
                      for number in range(TOGETHER)])
    assert found == ["already_reversed"] * (TOGETHER - 1) + ["done"]
    assert bank.account().principal_minor == 50_000
    assert bank.verified().faults == 0


def test_a_payment_taken_back_while_earlier_facts_move_it_never_ends_in_a_deadlock(bank: Bank) -> None:
    bank.buy(300_000)
    bank.on(MARCH + timedelta(days=70)).close()
    for number in range(TOGETHER):
        bank.pay(1_000, reference=f"p{number}")
    today, early = bank.today, MARCH + timedelta(days=20)
    back = [partial(postings.reverse, SYSTEM, bank.context, bank.account_id,
                    postings.Reversal(f"payment:p{number}", "bounced"), today, f"b{number}")
            for number in range(TOGETHER)]
    earlier = [partial(postings.post_payment, SYSTEM, bank.context, bank.account_id,
                       postings.PaymentIn(f"early{number}", 100_000, early, "transfer"), today, f"e{number}")
               for number in range(2)]
    assert outcomes([*back, *earlier]) == ["done"] * (TOGETHER + 2)
    assert bank.verified().faults == 0
