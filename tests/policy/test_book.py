"""The policy in force on a date: history, issuers, repeal, and refusal to guess."""

from __future__ import annotations

import re
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.errors import InvalidInput, PolicyMissing
from core.domain.interest import Base
from core.policy import loader
from core.policy.book import SHIPPED, PolicyBook
from core.policy.model import Basis, Status, Unit
from core.policy.rules import account, plan
from core.policy.text import allowed_text, value_text

BOOK = PolicyBook.load()
TODAY = date(2026, 11, 22)
CONTRACT = "\u5e7f\u53d1\u94f6\u884c"
"""The bank whose published contract most settings compare with."""

DESIGN_ROWS = (Path(__file__).parent / "parameters_of_the_design.txt").read_text("utf-8").split()


def test_every_parameter_of_the_design_is_shipped() -> None:
    shipped = {parameter.name for parameter in BOOK.parameters()}
    assert [name for name in DESIGN_ROWS if name not in shipped] == []


def test_the_rate_of_each_period_keeps_its_own_source() -> None:
    by_document = [BOOK.on(on).source("interest.daily_rate").title for on in
                   (date(2016, 12, 31), date(2017, 1, 1), date(2020, 12, 31), date(2021, 1, 1))]
    assert ["Art. 23" in by_document[0], "111" in by_document[1], "111" in by_document[2],
            "327" in by_document[3]] == [True] * 4


@pytest.mark.parametrize(("name", "first"), [
    ("interest.on_fees", date(2017, 1, 1)),
    ("grace.days", date(2013, 7, 1)),
    ("class.2023_floor", date(2023, 7, 1)),
    ("instalment.max_months", date(2022, 7, 7)),
    ("disclosure.comprehensive_cost_form", date(2026, 8, 1)),
])
def test_a_rule_is_missing_on_the_day_before_it_starts(name: str, first: date) -> None:
    before = BOOK.on(date.fromordinal(first.toordinal() - 1))
    assert BOOK.on(first).has(name)
    assert not before.has(name)
    with pytest.raises(PolicyMissing) as refusal:
        before.source(name)
    assert refusal.value.data == {"parameter": name, "on": str(before.on)}


def test_a_repealed_value_is_missing_from_its_day_on() -> None:
    assert BOOK.on(date(2026, 3, 31)).money("credit.one_off_repair_single_max") == 1_000_000
    assert not BOOK.on(date(2026, 4, 1)).has("credit.one_off_repair_single_max")
    assert BOOK.on(date(2016, 12, 31)).integer("grace.interest_free_max") == 60
    with pytest.raises(PolicyMissing):
        BOOK.on(date(2017, 1, 1)).integer("grace.interest_free_max")


def test_a_name_nobody_declares_is_missing_and_never_no_limit() -> None:
    with pytest.raises(PolicyMissing):
        BOOK.on(TODAY).has("late_fee.cup")


def test_money_is_fen_and_asking_for_the_wrong_kind_is_a_mistake() -> None:
    policy = BOOK.on(TODAY)
    assert policy.money("late_fee.floor") == 1000
    assert policy.decimal("interest.daily_rate") == Decimal("0.0005")
    assert policy.table("afford.dibao_table")["上海"] == 159_500
    for wrong in (policy.integer, policy.decimal, policy.text, policy.flag, policy.table, policy.items):
        with pytest.raises(TypeError):
            wrong("late_fee.floor")
    with pytest.raises(TypeError):
        policy.money("grace.days")
    with pytest.raises(TypeError):
        policy.integer("interest.on_fees")


def test_issuers_differ_only_where_their_profile_says() -> None:
    ours, theirs = BOOK.on(TODAY), BOOK.on(TODAY, "unpaid_exclusive")
    assert (ours.text("interest.day_count"), theirs.text("interest.day_count")) == ("inclusive", "exclusive")
    assert (ours.text("interest.base_method"), theirs.text("interest.base_method")) == (
        "full_balance", "unpaid_balance")
    assert ours.source("interest.base_method") != theirs.source("interest.base_method")
    assert ours.decimal("interest.daily_rate") == theirs.decimal("interest.daily_rate")


def test_an_unknown_issuer_or_parameter_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nobody"):
        BOOK.on(TODAY, "nobody")
    with pytest.raises(InvalidInput, match=r"no\.such"):
        BOOK.timeline("no.such")


def test_a_city_without_a_value_on_the_date_is_not_in_the_table() -> None:
    assert "北京" not in BOOK.on(date(2024, 6, 30)).table("afford.dibao_table")
    assert BOOK.on(date(2024, 6, 30)).table("afford.dibao_table")["上海"] == 133_000


def test_what_comes_from_memory_is_marked_unconfirmed() -> None:
    policy = BOOK.on(TODAY)
    assert policy.source("cost.court_soft_cap").unconfirmed
    assert policy.source("afford.dibao_table").unconfirmed
    assert not policy.source("interest.on_fees").unconfirmed
    designed = [value for parameter in BOOK.parameters() for value in parameter.values
                if value.source.status is Status.DESIGN]
    assert designed
    assert not any(value.source.unconfirmed for value in designed)


def test_the_version_names_the_release_and_changes_with_any_byte(tmp_path: Path) -> None:
    copy_shipped(tmp_path)
    assert PolicyBook(loader.read_directory(tmp_path)).version == BOOK.version
    release, _, digest = BOOK.version.partition("+")
    assert (release.count("."), len(digest)) == (2, 8)
    file = tmp_path / "issuers" / "standard.yaml"
    file.write_text(file.read_text("utf-8") + "# one more line\n", "utf-8")
    assert PolicyBook(loader.read_directory(tmp_path)).version != BOOK.version


def test_the_newest_policy_is_the_last_date_on_which_anything_changed() -> None:
    assert BOOK.newest_date == max(value.from_date for parameter in BOOK.parameters() for value in parameter.values)
    assert BOOK.newest_date <= TODAY


def test_the_book_is_parsed_once_and_quickly() -> None:
    assert PolicyBook.load() is PolicyBook.load(SHIPPED)
    started = time.perf_counter()
    PolicyBook(loader.read_directory(SHIPPED))
    assert time.perf_counter() - started < 0.5  # about 0.05 s on an idle machine; start-up depends on it


def test_interest_terms_carry_the_rates_of_the_whole_window() -> None:
    terms = account.interest_terms(BOOK, "standard", date(2016, 6, 1), date(2021, 6, 1))
    assert [rate.from_date for rate in terms.rates] == [date(2016, 6, 1), date(2017, 1, 1), date(2021, 1, 1)]
    assert terms.count_last_day
    theirs = account.interest_terms(BOOK, "unpaid_exclusive", TODAY, TODAY)
    assert (theirs.base, theirs.count_last_day) == (Base.UNPAID_BALANCE, False)
    with pytest.raises(PolicyMissing):
        account.interest_terms(BOOK, "standard", date(1999, 2, 28), TODAY)


def test_the_second_ladder_is_absent_before_it_was_law() -> None:
    assert account.delinquency_rule(BOOK.on(date(2023, 6, 30))).ladder_2023 is None
    assert account.delinquency_rule(BOOK.on(date(2023, 7, 1))).ladder_2023 == (1, 91, 271, 361)


def test_there_was_no_grace_before_the_convention() -> None:
    assert account.grace_rule(BOOK.on(date(2013, 6, 30))).days == 0
    rule = account.grace_rule(BOOK.on(date(2013, 7, 1)))
    assert (rule.days, rule.amount_minor) == (3, 1000)


def test_spending_asks_for_evidence_only_since_a_reference_figure_is_known() -> None:
    assert plan.affordability_rule(BOOK.on(date(2025, 10, 19))).spending_trigger_minor is None
    assert plan.affordability_rule(BOOK.on(date(2025, 10, 20))).spending_trigger_minor == 294_556


def test_every_value_can_be_written_as_text() -> None:
    for parameter in BOOK.parameters():
        for dated in parameter.values:
            assert (value_text(dated.value, parameter.unit) == "") is (dated.value is None)
            assert isinstance(allowed_text(dated.allowed, parameter.unit), str)
    assert value_text(1000, Unit.YUAN) == "10.00"
    assert value_text((True, False), Unit.FLAG) == "true, false"


def copy_shipped(target: Path) -> None:
    for file in SHIPPED.rglob("*.yaml"):
        place = target / file.relative_to(SHIPPED)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(file.read_bytes())


def test_every_source_has_a_title_chinese_readers_can_read() -> None:
    names = re.compile(r"GB/T|LPR")
    for parameter in BOOK.parameters():
        for value in parameter.values:
            title = names.sub("", value.source.title_zh)
            assert not re.search(r"[A-Za-z]{2}", title), f"{parameter.name}: {title}"


def test_another_banks_contract_is_no_rule_of_this_bank() -> None:
    for parameter in BOOK.parameters():
        for value in parameter.values:
            source = value.source
            if source.title.startswith(CONTRACT) or "Fee pages" in source.title:
                assert source.basis is Basis.PRACTICE or source.status is Status.DESIGN, parameter.name
            assert (source.basis is Basis.OWN) == (source.status is Status.DESIGN), parameter.name
