"""What people type by mistake, in every kind of field: the text stays, a calm sentence stands at the field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from core.services.demo.lists import lists
from portal.i18n import money, speaking
from tests.browser.backstage import Backstage
from tests.browser.conftest import NewPerson
from tests.browser.people import Person

CARDHOLDER = "lixiaomei"
MISTAKES = {
    "abc": "amount_unreadable", "1e9": "amount_unreadable", "NaN": "amount_unreadable",
    "<b>12</b>": "amount_unreadable", "-500": "amount_negative", "1,20": "amount_separator",
    "12.345": "amount_decimals", "99999999999999": "amount_too_large", "9" * 24: "amount_malformed",
    "1" * 500: "amount_unreadable",
}
FULL_WIDTH = "\uff11\uff12\uff10\uff10\uff0e\uff15"  # 1200.5 as a Chinese keyboard may write it


def field(me: Person, label: str) -> Locator:
    return me.page.get_by_label(label, exact=True).first


def beneath(me: Person, label: str) -> Locator:
    """What stands right under the field called ``label``."""
    return me.page.locator("[data-testid='stElementContainer']").filter(has=field(me, label)).locator(
        "xpath=following-sibling::*[1]")


def write(me: Person, label: str, text: str) -> None:
    field(me, label).fill(text)
    field(me, label).press("Enter")


def try_amounts(me: Person, label: str) -> None:
    """Every mistake in the amount ``label``, then the same figure in full-width digits."""
    for typed, code in MISTAKES.items():
        write(me, label, typed)
        expect(beneath(me, label)).to_contain_text(me.words(f"cardholder.form.{code}"))
        expect(field(me, label)).to_have_value(typed)
    write(me, label, FULL_WIDTH)
    with speaking(me.locale):
        expect(beneath(me, label)).to_contain_text(me.words("cardholder.form.read_as", amount=money(120_050)))
    expect(field(me, label)).to_have_value(FULL_WIDTH)


def amount_on_the_overview(me: Person) -> str:
    me.open("/overview")
    return me.words("cardholder.chart.filled.share")  # the person owes on two cards


def amount_of_an_assessment(me: Person) -> str:
    me.open("/affordability")
    me.click("cardholder.afford.update")
    return me.words("reasons.income.salary")


@pytest.mark.parametrize("opened", [amount_on_the_overview, amount_of_an_assessment])
def test_an_amount_that_cannot_be_read_stays_with_the_reason_beneath_it(
        opened: Callable[[Person], str], person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    label = opened(me)
    try_amounts(me, label)
    write(me, label, "1,20")
    expect(beneath(me, label)).to_contain_text(me.words("cardholder.form.amount_separator"))
    me.picture(f"bad_amount_{opened.__name__}")


def test_first_payment_that_cannot_be_keeps_the_request_from_being_sent_and_the_rest_as_it_was(
        person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    card = next(one for one in backstage.cards(CARDHOLDER) if one.suggested_agreement or one.kinds)
    me.open(f"/request?account={card.account_id}")
    me.page.get_by_text(me.words("cardholder.kind.personalised_agreement"), exact=True).first.click()
    me.settle()
    note = me.words("cardholder.request.note")
    field(me, note).fill("<script>alert(1)</script> **x**")
    with speaking(me.locale):
        down = me.words("cardholder.request.down", most=money(card.max_down_payment_minor))
        too_much = me.words("cardholder.request.down_above_limit", most=money(card.max_down_payment_minor))
    try_amounts(me, down)
    write(me, down, "9999999")
    expect(beneath(me, down)).to_contain_text(me.words("cardholder.form.read_as", amount="").strip()[:2])
    me.sees(too_much)
    write(me, down, "-1")
    expect(beneath(me, down)).to_contain_text(me.words("cardholder.form.amount_negative"))
    expect(me.page.get_by_role("button", name=me.words("cardholder.request.send"))).to_have_count(0)
    expect(field(me, note)).to_have_value("<script>alert(1)</script> **x**")
    me.picture("bad_first_payment")
    write(me, down, "")
    me.page.get_by_role("button", name=me.words("cardholder.request.send"), exact=True).wait_for()


def test_sending_without_the_acknowledgement_says_what_is_missing_and_keeps_the_form(
        person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    before = backstage.sent(CARDHOLDER)
    me.open("/request")
    note = me.words("cardholder.request.note")
    field(me, note).fill("abc" * 300)
    me.page.get_by_role("button", name=me.words("cardholder.request.send"), exact=True).click()
    me.sees(me.words("errors.acknowledgement_missing"))
    expect(field(me, note)).to_have_value("abc" * 300)
    me.picture("acknowledgement_missing")
    field(me, note).fill("abc" * 2_000)
    field(me, note).blur()
    me.sees(me.words("errors.text_too_long", highest=2_000))
    expect(field(me, note)).to_have_value("abc" * 2_000)
    me.picture("note_too_long")
    assert backstage.sent(CARDHOLDER) == before


def test_sign_in_with_nothing_or_the_wrong_thing_keeps_the_name(person: NewPerson) -> None:
    me = person("zh_CN", "phone")
    me.open()
    submit = me.page.get_by_role("button", name=me.words("identity.sign_in.submit"), exact=True)
    submit.click()
    me.sees(me.words("identity.sign_in.missing"))
    me.fill("identity.sign_in.login", "nobody' OR 1=1 --")
    me.fill("identity.sign_in.password", "x" * 200)
    submit.click()
    me.sees(me.words("errors.sign_in_failed"))
    expect(field(me, me.words("identity.sign_in.login"))).to_have_value("nobody' OR 1=1 --")
    me.picture("sign_in_failed")


def test_activation_reads_full_width_digits_and_points_at_what_it_cannot_read(person: NewPerson) -> None:
    newcomer = lists()["cast"]["newcomer"]
    me = person("zh_CN", "phone")
    me.open("/activate")
    me.fill("identity.activate.name", newcomer["name"])
    me.fill("identity.activate.card_last4", "12a4")
    me.click("identity.activate.send")
    me.sees(me.words("errors.card_last4_malformed"))
    expect(field(me, me.words("identity.activate.name"))).to_have_value(newcomer["name"])
    expect(field(me, me.words("identity.activate.card_last4"))).to_have_value("12a4")
    me.picture("bad_card_number")
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in newcomer["card_last4"])
    me.fill("identity.activate.card_last4", full_width)
    me.click("identity.activate.send")
    me.sees(me.words("identity.activate.sent"))
    assert me.words("identity.demo.empty") not in me.page.get_by_test_id("stMain").inner_text()
    me.fill("identity.activate.code", "000000")
    me.fill("identity.activate.login", "xy")
    me.fill("identity.activate.password", "short")
    me.fill("identity.activate.again", "shorter")
    submit = me.page.get_by_role("button", name=me.words("identity.submit.activate"), exact=True)
    submit.click()
    me.sees(me.words("identity.activate.passwords_differ"))
    me.fill("identity.activate.again", "short")
    submit.click()
    alert = me.page.get_by_test_id("stAlert").last
    expect(alert).not_to_contain_text(me.words("identity.activate.passwords_differ"))
    expect(field(me, me.words("identity.activate.login"))).to_have_value("xy")
    me.picture("bad_activation")
