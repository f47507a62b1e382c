"""Activation and forgotten passwords, on both databases."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.identity import activation_codes, users
from core.db.tables.records import audit_log, outbox
from core.db.types import new_id
from core.domain.actor import Role
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.services import identity
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.test_identity_sign_in import GOOD, HERE, fails

NAME, LAST4 = "Zhang Wei", "4821"
WHO = {"card_last4": LAST4, "name": NAME}


def add_cardholder(context: ServiceContext, name: str = NAME, last4: str = LAST4, phone: str | None = "x") -> str:
    cardholder_id = new_id()
    with context.writing() as connection:
        connection.execute(cardholders.insert().values(
            id=cardholder_id, name_encrypted=context.vault.encrypt(name),
            name_index=context.vault.index(identity.clean_name(name), "name"),
            phone_encrypted=context.vault.encrypt("13800000000") if phone else None, source="test",
            source_reference=cardholder_id, created_at=context.clock.now()))
        connection.execute(accounts.insert().values(
            cardholder_id=cardholder_id, card_last4=last4, product="card", issuer="standard",
            credit_limit_minor=1_000_000, statement_day=5, principal_minor=0, interest_minor=0, late_fee_minor=0,
            other_fees_minor=0, interest_through_date=date(2026, 11, 1), source="test",
            source_reference=cardholder_id, created_at=context.clock.now()))
    return cardholder_id


def start(context: ServiceContext, **who: str) -> None:
    identity.start_activation(context, address=HERE, **(WHO | who))


def phone(context: ServiceContext) -> list[str]:
    return [message.template for message in identity.demo_messages(context, **WHO, limit=20)]


def code_on_phone(context: ServiceContext) -> str:
    code = identity.demo_messages(context, **WHO)[0].parameters["code"]
    assert re.fullmatch(r"[0-9]{6}", code)
    return str(code)


def activate(context: ServiceContext, code: str, login: str = "zhang.wei", **who: str) -> str:
    return identity.activate(context, **(WHO | who), code=code, login=login, password=GOOD, address=HERE)


def test_cardholder_activates_with_the_code_and_signs_in(context: ServiceContext) -> None:
    cardholder_id = add_cardholder(context)
    start(context)
    assert activate(context, code_on_phone(context), login=" Zhang.Wei ") == "zhang.wei"
    person = identity.authenticate(context, "zhang.wei", GOOD, HERE)
    assert (person.actor.role, person.actor.cardholder_id) == (Role.CARDHOLDER, cardholder_id)
    assert person.display_name == "Z**"


@pytest.mark.parametrize("name", ["zhang wei", "ZHANG  WEI ", "\uff3ahang Wei"])
def test_name_is_found_whatever_its_case_width_and_blanks(context: ServiceContext, name: str) -> None:
    add_cardholder(context)
    start(context, name=name)
    assert phone(context) == ["code"]


def test_asking_for_a_stranger_answers_the_same_and_sends_nothing(context: ServiceContext) -> None:
    add_cardholder(context)
    start(context, name="Nobody Here")
    start(context, card_last4="0000")
    with context.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one() == 0


def test_cardholder_without_a_phone_on_record_gets_no_code(context: ServiceContext) -> None:
    add_cardholder(context, phone=None)
    start(context)
    assert phone(context) == []


def test_code_works_once(context: ServiceContext) -> None:
    add_cardholder(context)
    start(context)
    code = code_on_phone(context)
    activate(context, code)
    with pytest.raises(InvalidInput) as refusal:
        activate(context, code, login="again.wei")
    assert refusal.value.code == "code_wrong"


def test_same_code_at_once_from_ten_places_makes_one_sign_in(context: ServiceContext) -> None:
    add_cardholder(context)
    start(context)
    code = code_on_phone(context)

    def attempt(number: int) -> bool:
        try:
            activate(context, code, login=f"zhang.wei.{number}")
        except (InvalidInput, Conflict):
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(10))) == 1
    with context.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(users)).scalar_one() == 1


def test_code_ends_after_a_quarter_of_an_hour(context: ServiceContext, time_: TestTime) -> None:
    add_cardholder(context)
    start(context)
    code = code_on_phone(context)
    time_.advance(minutes=15)
    with pytest.raises(InvalidInput):
        activate(context, code)


def test_five_wrong_tries_end_a_code_even_when_made_at_once(context: ServiceContext) -> None:
    add_cardholder(context)
    start(context)
    code = code_on_phone(context)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    def attempt(_: int) -> str:
        with pytest.raises(InvalidInput) as refusal:
            activate(context, wrong)
        return refusal.value.code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(attempt, range(8))) == {"code_wrong"}
    with context.reading() as connection:
        assert connection.execute(sa.select(activation_codes.c.attempts)).scalar_one() == 5
    with pytest.raises(InvalidInput):
        activate(context, code)


def test_taken_login_leaves_the_code_standing(context: ServiceContext) -> None:
    add_cardholder(context)
    add_cardholder(context, "Li Lei", "1111")
    identity.start_activation(context, card_last4="1111", name="Li Lei", address=HERE)
    first = identity.demo_messages(context, card_last4="1111", name="Li Lei")[0].parameters["code"]
    identity.activate(context, card_last4="1111", name="Li Lei", code=first, login="taken", password=GOOD, address=HERE)
    start(context)
    code = code_on_phone(context)
    for _ in range(7):
        with pytest.raises(Conflict) as refusal:
            activate(context, code, login="taken")
        assert refusal.value.code == "login_taken"
    assert activate(context, code, login="free") == "free"


def test_new_code_ends_the_older_one(context: ServiceContext, time_: TestTime) -> None:
    add_cardholder(context)
    start(context)
    older = code_on_phone(context)
    time_.advance(seconds=5)
    start(context)
    newer = code_on_phone(context)
    if older != newer:
        with pytest.raises(InvalidInput):
            activate(context, older)
    assert activate(context, newer)


def test_namesakes_with_the_same_digits_each_use_their_own_code(context: ServiceContext) -> None:
    ids = {add_cardholder(context), add_cardholder(context)}
    start(context)
    codes = [message.parameters["code"] for message in identity.demo_messages(context, **WHO)]
    assert len(codes) == 2
    for number, code in enumerate(codes):
        activate(context, code, login=f"zhang.wei.{number}")
    with context.reading() as connection:
        assert set(connection.execute(sa.select(users.c.cardholder_id)).scalars()) == ids


def test_sixth_code_in_a_row_is_refused_whether_or_not_the_person_exists(context: ServiceContext) -> None:
    add_cardholder(context)
    for name in (NAME, "Nobody Here"):
        for _ in range(5):
            start(context, name=name)
        with pytest.raises(InvalidInput) as refusal:
            start(context, name=name)
        assert refusal.value.code == "too_many_codes"


def test_asking_again_after_activation_tells_the_owner_by_sms_and_nobody_else(
        context: ServiceContext, time_: TestTime) -> None:
    add_cardholder(context)
    start(context)
    activate(context, code_on_phone(context))
    time_.advance(seconds=5)
    start(context)
    assert phone(context)[0] == "activated"


def test_forgotten_password_is_reset_by_code_and_ends_all_sessions(context: ServiceContext, time_: TestTime) -> None:
    add_cardholder(context)
    start(context)
    activate(context, code_on_phone(context))
    actor = identity.authenticate(context, "zhang.wei", GOOD, HERE).actor
    token = identity.redeem_ticket(context, identity.issue_ticket(actor, context, "b"), "b")
    for _ in range(5):
        fails(context, "zhang.wei")
    time_.advance(seconds=5)
    identity.start_reset(context, address=HERE, **WHO)
    login = identity.reset_password(context, **WHO, code=code_on_phone(context), password="another calm sentence",
                                    address=HERE)
    assert login == "zhang.wei"
    assert identity.resolve_session(context, token) is None
    assert not fails(context, "zhang.wei", "another calm sentence")  # the pause is over too
    assert fails(context, "zhang.wei", GOOD)


def test_code_for_one_purpose_does_not_serve_the_other(context: ServiceContext) -> None:
    add_cardholder(context)
    start(context)
    code = code_on_phone(context)
    with pytest.raises(InvalidInput) as refusal:
        identity.reset_password(context, **WHO, code=code, password=GOOD, address=HERE)
    assert refusal.value.code == "code_wrong"
    identity.start_reset(context, address=HERE, **WHO)
    assert phone(context).count("not_activated") == 1


def test_nothing_kept_reveals_code_or_name(context: ServiceContext) -> None:
    add_cardholder(context)
    start(context)
    code = code_on_phone(context)
    with context.reading() as connection:
        kept = str([tuple(row) for table in (activation_codes, outbox, audit_log)
                    for row in connection.execute(sa.select(table))])
    assert code not in re.findall(r"\b\d{6}\b", kept)
    assert "Zhang" not in kept


@pytest.mark.parametrize(("who", "code"), [
    ({"card_last4": "48a1"}, "card_last4_malformed"), ({"card_last4": ""}, "card_last4_malformed"),
    ({"card_last4": "48211"}, "card_last4_malformed"),
    ({"card_last4": "\u0664\u0668\u0662\u0661"}, "card_last4_malformed"),
    ({"name": "  "}, "name_malformed"), ({"name": "x" * 81}, "name_malformed"),
])
def test_malformed_card_or_name_is_refused(sqlite_context: ServiceContext, who: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        start(sqlite_context, **who)
    assert refusal.value.code == code


def test_codes_are_shown_in_the_demo_only(sqlite_context: ServiceContext) -> None:
    from dataclasses import replace

    real = replace(sqlite_context, settings=sqlite_context.settings.model_copy(update={"demo": False}))
    with pytest.raises(NotFound):
        identity.demo_messages(real, **WHO)
