"""The risk view of a case: who may see it, what it is made of, and that it decides nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import cardholders, payments, statements
from core.db.tables.records import audit_log
from core.db.tables.requests import arrangements
from core.db.types import new_id
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import Conflict, NotFound, NotPermitted
from core.domain.risk.commitments import Kept
from core.domain.risk.record import Part
from core.domain.risk.view import Ability, EarlyWarning, Sign, Willingness
from core.services import review, risk
from core.services.context import ServiceContext
from core.services.risk_books import own_outcomes
from core.services.risk_outcomes import read_outcomes, written
from tests.conftest import NOON, CountedQueries, TestTime
from tests.services.cards import TODAY, Month, add_card
from tests.services.cases import agreement, asked, count, held, reviewer, state_of, team

PAYS = Month(purchases=((3, 100_000),), payments=((18, 60_000),))


def viewed(context: ServiceContext, **more: Any) -> tuple[Actor, str, risk.CaseRisk]:
    """A case in somebody's hands and its risk view."""
    _, sent = asked(context, **more)
    one = team(context)["one"]
    held(context, one, sent.proposal_id)
    return one, sent.proposal_id, risk.case_risk(one, context, sent.proposal_id)


def test_an_account_that_stopped_paying_is_explained_part_by_part(context: ServiceContext) -> None:
    _, _, found = viewed(context)
    score = found.view.score
    assert score is not None
    values = {one.part: one.value for one in score.parts}
    # Behind since June's bill; one payment in five cycles, too small and too late.
    assert values[Part.MONTHS_LATE] == 5
    assert values[Part.LATE_BEFORE] == 4
    assert values[Part.MONTHS_UNPAID] == 4
    assert score.total == sum(one.points for one in score.parts)
    assert score.band.share >= found.rule.warning_share
    assert found.view.warnings == (EarlyWarning.LIKELY,)
    assert found.view.willingness is Willingness.LAPSED
    assert found.view.signs == (Sign.CYCLES_UNPAID, Sign.LITTLE_PAID)


def test_ability_comes_from_the_assessment_and_what_is_due(context: ServiceContext) -> None:
    one, proposal_id, found = viewed(context)
    case = review.case(one, context, proposal_id)
    assert case.assessment is not None
    assert found.view.means.left_minor == case.assessment.affordable_minor
    assert found.view.means.due_minor == case.position.minimum_due_minor
    expected = case.assessment.affordable_minor >= case.position.minimum_due_minor
    assert found.view.ability is (Ability.ENOUGH if expected else Ability.SHORT)
    assert found.assessed_on == case.assessment.as_of


def test_without_an_assessment_ability_is_unknown_not_bad(context: ServiceContext) -> None:
    _, _, found = viewed(context, assessed=False)
    assert (found.view.ability, found.assessed_on) == (Ability.UNKNOWN, None)


def test_the_estimate_names_its_sample_and_its_policy(context: ServiceContext) -> None:
    _, _, found = viewed(context)
    assert "Default of Credit Card Clients" in found.sample.title
    assert "10.24432/C55S3H" in found.sample.reference
    assert found.policy_version == context.policy.version


def test_a_person_who_is_marked_vulnerable_or_lives_elsewhere_is_scored_the_same(context: ServiceContext) -> None:
    one, proposal_id, before = viewed(context)
    with context.writing() as connection:
        connection.execute(cardholders.update().values(vulnerable=True, city="elsewhere", locale="en"))
    assert risk.case_risk(one, context, proposal_id).view == before.view


def agreed(context: ServiceContext, account_id: str, proposal_id: str, state: str, *dues: tuple[date, int]) -> None:
    """An agreement granted on the first of September."""
    with context.writing() as connection:
        connection.execute(arrangements.insert().values(
            id=new_id(), account_id=account_id, proposal_id=proposal_id, kind="personalised_agreement", state=state,
            terms={}, first_due_date=dues[0][0], last_due_date=dues[-1][0], granted_at=NOON - timedelta(days=82),
            schedule=[{"number": n, "due_date": on.isoformat(), "amount_minor": amount}
                      for n, (on, amount) in enumerate(dues, 1)]))


def paid(context: ServiceContext, account_id: str, on: date, amount: int, status: str = "posted") -> None:
    with context.writing() as connection:
        connection.execute(payments.insert().values(
            id=new_id(), account_id=account_id, value_date=on, amount_minor=amount, channel="transfer", status=status,
            source_reference=f"{on}-{amount}"))


def test_kept_and_missed_instalments_are_counted_from_payments(context: ServiceContext) -> None:
    one, proposal_id, _ = viewed(context)
    account_id = review.case(one, context, proposal_id).position.account_id
    agreed(context, account_id, proposal_id, "active", (date(2026, 9, 20), 5_000), (date(2026, 10, 20), 5_000),
           (date(2026, 12, 20), 5_000))
    paid(context, account_id, date(2026, 9, 20), 5_000)
    paid(context, account_id, date(2026, 10, 20), 5_000, "reversed")
    found = risk.case_risk(one, context, proposal_id).view
    assert found.kept == Kept(1, 1)
    assert EarlyWarning.PROMISE_MISSED in found.warnings
    assert found.means.due_minor == 5_000  # the next instalment, not the minimum payment
    paid(context, account_id, date(2026, 10, 21), 5_000, "in_transit")
    found = risk.case_risk(one, context, proposal_id).view
    assert (found.kept, found.willingness, found.signs[0]) == (Kept(2, 0), Willingness.PAYING, Sign.AGREEMENTS_KEPT)


@pytest.mark.parametrize(("state", "kept"), [
    ("missed", Kept(0, 1)), ("kept", Kept(1, 0)), ("lapsed", Kept()), ("awaiting_signature", Kept())])
def test_an_ended_agreement_stands_as_it_was_judged_and_an_unsigned_one_is_none(
        context: ServiceContext, state: str, kept: Kept) -> None:
    one, proposal_id, _ = viewed(context)
    account_id = review.case(one, context, proposal_id).position.account_id
    agreed(context, account_id, proposal_id, state, (date(2026, 9, 20), 5_000))
    assert risk.case_risk(one, context, proposal_id).view.kept == kept


def test_only_those_who_may_read_the_case_see_it(context: ServiceContext) -> None:
    person, sent = asked(context)
    people = team(context)
    with pytest.raises(Conflict) as refusal:
        risk.case_risk(people["one"], context, sent.proposal_id)
    assert refusal.value.code == "claim_needed"
    held(context, people["one"], sent.proposal_id)
    with pytest.raises(Conflict) as refusal:
        risk.case_risk(people["two"], context, sent.proposal_id)
    assert refusal.value.code == "claimed_by_other"
    assert risk.case_risk(people["three"], context, sent.proposal_id).view.score is not None
    for other in (person, Actor("u-staff", Role.STAFF), Actor("u-admin", Role.ADMIN)):
        with pytest.raises(NotPermitted):
            risk.case_risk(other, context, sent.proposal_id)
    with pytest.raises(NotFound):
        risk.case_risk(people["one"], context, "../../etc/passwd")


def test_looking_is_kept_once_a_claim_and_moves_nothing_else(context: ServiceContext, time_: TestTime) -> None:
    one, proposal_id, _ = viewed(context)
    looked = (audit_log.c.event == "risk_viewed", audit_log.c.object_id == proposal_id)
    risk.case_risk(one, context, proposal_id)
    assert count(context, audit_log, *looked) == 1
    assert state_of(context, proposal_id) == "in_review"
    review.release(one, context, proposal_id, idempotency_key="release")
    time_.advance(minutes=1)
    held(context, one, proposal_id)
    risk.case_risk(one, context, proposal_id)
    assert count(context, audit_log, *looked) == 2


def test_the_panel_asks_a_fixed_number_of_queries(context: ServiceContext,
                                                  counted_queries: type[CountedQueries]) -> None:
    one, proposal_id, _ = viewed(context, draft_of=agreement)
    add_card(context, person="p1", card="c2")
    with counted_queries(context.engine) as asked_for:
        risk.case_risk(one, context, proposal_id)
    assert asked_for.reads <= 19


def test_own_outcomes_say_what_the_next_statement_found(context: ServiceContext) -> None:
    add_card(context)  # behind since the first bill
    add_card(context, (PAYS,) * 6, person="p2", card="c2")
    found = {one.record.months_late: one for one in own_outcomes(SYSTEM, context, TODAY - timedelta(days=30))}
    assert {months: (one.defaulted, len(one.record.cycles)) for months, one in found.items()} == {
        0: (False, 4), 4: (True, 4)}
    stopped = found[4].record
    with context.reading() as connection:
        rows = connection.execute(sa.select(statements).where(statements.c.account_id == found[4].reference)
                                  .order_by(statements.c.statement_date)).all()
    assert stopped.bill_minor == rows[4].closing_balance_minor
    assert [one.owed_minor for one in stopped.cycles] == [row.closing_balance_minor for row in rows[:4]]
    assert read_outcomes(written(list(found.values())).encode()) == list(found.values())


def test_an_account_whose_next_statement_has_not_closed_has_no_outcome_yet(context: ServiceContext) -> None:
    add_card(context)
    assert own_outcomes(SYSTEM, context, TODAY) == []
    with pytest.raises(NotPermitted):
        own_outcomes(reviewer(context, "r"), context, TODAY)
