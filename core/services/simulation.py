"""What a changed policy would do to the portfolio, before anybody signs it: counts and sums, nobody by name.

Both policies meet the same portfolio as its books stand now; what has been posted stays. Four questions:
where accounts would be classed on the day asked for, what their next statements would say if nothing else
happened, where a year of doing nothing would lead, and which open requests and assessments would pass.
Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.requests import assessments, proposals
from core.domain.account_history import replay
from core.domain.actor import SYSTEM, Actor
from core.domain.affordability import assess
from core.domain.delinquency import ASSET_CLASSES, BUCKETS
from core.domain.errors import InvalidInput, NotPermitted, PolicyMissing
from core.domain.projection_model import Scenario, statement_dates
from core.domain.proposal import OPEN_STATES
from core.policy.book import PolicyBook
from core.policy.rules.account import delinquency_rule
from core.policy.rules.plan import affordability_rule
from core.policy.rules.projection import projection_rule
from core.portfolio.ageing import age_accounts
from core.portfolio.projection import project_accounts
from core.services.account_ledger import all_account_ids
from core.services.assessment_records import FinishedAssessment
from core.services.assessments import household, newest_finished
from core.services.books.reading import read_books
from core.services.books.rules import RuleShelf
from core.services.case_view import figures_today
from core.services.context import ServiceContext
from core.services.outlooks import MONTHS_AHEAD, projection_start
from core.services.positions import AccountPosition, account_position, positions
from core.services.progress import Progress, quiet

ACCOUNTS_PER_BATCH = 1_000
CASES_AT_ONCE = 200
PROJECTED = ("total_minor", "interest_charged_minor", "late_fee_charged_minor")

Row = sa.Row[Any]
RunAccounts = Callable[[date, Sequence[Sequence[str]]], Iterable["Comparison"]]
"""An engine: compares each batch of ids on the day, in any order and anywhere."""


@dataclass(slots=True)
class Comparison:
    """Figures by name under both policies; they add up over batches. Names that end in ``_minor`` are fen."""

    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    """How many accounts, requests and assessments come out differently."""

    def add(self, other: Comparison) -> None:
        """Take in what another batch came to."""
        for mine, theirs in ((self.before, other.before), (self.after, other.after), (self.changed, other.changed)):
            mine.update(theirs)


def simulate(actor: Actor, context: ServiceContext, changed: PolicyBook, as_of: date, *,
             run_accounts: RunAccounts | None = None, progress: Progress = quiet) -> Comparison:
    """Compare the policy in force with ``changed`` on ``as_of`` (today or later) over the whole portfolio.

    Raises ``InvalidInput`` for a day that is over, ``NotPermitted`` for anybody but the system.
    """
    if actor != SYSTEM:
        raise NotPermitted("simulate a policy", actor.role)
    if as_of < context.clock.today():
        raise InvalidInput("day_over", "a policy is simulated from today on", field="as_of",
                           today=str(context.clock.today()))
    ids = all_account_ids(context)
    batches = [ids[at:at + ACCOUNTS_PER_BATCH] for at in range(0, len(ids), ACCOUNTS_PER_BATCH)]
    run = run_accounts or (lambda on, parts: (compare_accounts(context, changed, on, part) for part in parts))
    total = Comparison()
    for number, found in enumerate(run(as_of, batches)):
        total.add(found)
        progress("accounts", min((number + 1) * ACCOUNTS_PER_BATCH, len(ids)), len(ids))
    other = replace(context, policy=changed)
    for found in _cases(context, other, progress):
        total.add(found)
    return total


def compare_accounts(context: ServiceContext, changed: PolicyBook, as_of: date,
                     account_ids: Sequence[str]) -> Comparison:
    """What both policies make of some accounts."""
    found = Comparison()
    with context.reading() as connection:
        rows = connection.execute(sa.select(accounts).where(accounts.c.id.in_(account_ids))).all()
        stand = positions(connection, context, rows, as_of)
        found.before["accounts"] = found.after["accounts"] = len(rows)
        _compare_classes(stand, context.policy, changed, found)
        for book, side in ((context.policy, found.before), (changed, found.after)):
            _project(stand, book, as_of, side)
        _compare_statements(connection, account_ids, context.policy, changed, as_of, found)
    return found


def _by_issuer(stand: Sequence[AccountPosition]) -> Iterator[tuple[str, list[AccountPosition]]]:
    for issuer in sorted({one.issuer for one in stand}):
        yield issuer, [one for one in stand if one.issuer == issuer]


def _compare_classes(stand: Sequence[AccountPosition], book: PolicyBook, changed: PolicyBook,
                     found: Comparison) -> None:
    for issuer, part in _by_issuer(stand):
        as_of = part[0].as_of
        frame = pd.DataFrame({"oldest_unpaid_due_date": pd.to_datetime(
            pd.Series([one.oldest_unpaid_due_date for one in part], dtype="object")).astype("datetime64[s]")})
        before, after = (age_accounts(frame, as_of, delinquency_rule(one.on(as_of, issuer))) for one in (book, changed))
        for aged, side in ((before, found.before), (after, found.after)):
            side.update(_counts("bucket", BUCKETS, aged["bucket"]))
            side.update(_counts("class", ASSET_CLASSES, aged["stricter"]))
        found.changed["bucket"] += int((before["bucket"] != after["bucket"]).sum())
        found.changed["class"] += int((before["stricter"] != after["stricter"]).sum())


def _counts(name: str, bands: Sequence[str], codes: pd.Series) -> dict[str, int]:
    counted = np.bincount(codes.to_numpy(), minlength=len(bands))
    return {f"{name}.{band}": int(count) for band, count in zip(bands, counted, strict=True)}


def _project(stand: Sequence[AccountPosition], book: PolicyBook, as_of: date, side: Counter[str]) -> None:
    """Twelve months of doing nothing; what is owed at their end, and what was charged on the way."""
    for issuer, part in _by_issuer([one for one in stand if one.total_minor > 0]):
        policy = book.on(as_of, issuer)
        months = project_accounts(_frame(part, policy), as_of, MONTHS_AHEAD, Scenario.DO_NOTHING,
                                  projection_rule(policy), PROJECTED)
        side["ahead.total_minor"] += int(months["total_minor"][MONTHS_AHEAD].sum())
        side["ahead.interest_minor"] += int(months["interest_charged_minor"].to_numpy().sum())
        side["ahead.late_fees_minor"] += int(months["late_fee_charged_minor"].to_numpy().sum())


def _frame(part: Sequence[AccountPosition], policy: Any) -> pd.DataFrame:
    starts = [projection_start(one, policy) for one in part]

    def amounts(name: str) -> pd.Series:
        return pd.Series([getattr(start, name) for start in starts], dtype="int64")

    def dates(name: str) -> pd.Series:
        found = pd.Series([getattr(start, name) for start in starts], dtype="object")
        return pd.to_datetime(found).astype("datetime64[s]")

    owed = {f"{name}_minor": pd.Series([getattr(start.outstanding, f"{name}_minor") for start in starts], dtype="int64")
            for name in ("principal", "interest", "fees")}
    return pd.DataFrame({
        **owed, "days_past_due": amounts("days_past_due"), "statement_day": amounts("statement_day"),
        "unpaid_minimum_minor": pd.Series([start.unpaid_minimum_minor for start in starts], dtype="Int64"),
        "accrued_interest_minor": amounts("accrued_interest_minor"), "open_due_date": dates("open_due_date"),
        "late_fee_to_come_minor": amounts("late_fee_to_come_minor"),
        "no_late_fee_until_date": dates("no_late_fee_until"), "open_bill_minor": amounts("open_bill_minor"),
        "interest_at_stake_minor": amounts("interest_at_stake_minor")})


def _compare_statements(connection: sa.Connection, account_ids: Sequence[str], book: PolicyBook, changed: PolicyBook,
                        as_of: date, found: Comparison) -> None:
    """The next statements after ``as_of``, played as the close of their day will play them."""
    shelves = ((RuleShelf(book), found.before), (RuleShelf(changed), found.after))
    opened = read_books(connection, account_ids, lock=False)
    found.before["without_books"] = found.after["without_books"] = len(account_ids) - len(opened)
    for books in opened:
        closes = next(statement_dates(as_of, books.statement_day, 1))
        asked = []
        for shelf, side in shelves:
            played = replay(books.state, books.state_on, books.facts, books.statement_day, closes,
                            shelf.cycle(books.issuer, books.rates, books.pauses))
            closed = played.closed[-1]
            side["next.minimum_minor"] += closed.minimum.minimum_minor
            side["next.interest_minor"] += closed.interest.interest_minor
            side["next.late_fees_minor"] += closed.late_fee_minor
            asked.append(closed.minimum.minimum_minor)
        found.changed["minimum"] += asked[0] != asked[1]


def _cases(context: ServiceContext, other: ServiceContext, progress: Progress) -> Iterator[Comparison]:
    """Open requests, then the newest finished assessment of each person, as they would be found today."""
    for name, query, compare in (
            ("requests", sa.select(proposals).where(proposals.c.state.in_([state.value for state in OPEN_STATES])),
             _compare_request),
            ("assessments", sa.select(assessments).where(assessments.c.status == "final"), _compare_assessment)):
        table = proposals if name == "requests" else assessments
        last, done = "", 0
        while True:
            with context.reading() as connection:
                rows = connection.execute(query.where(table.c.id > last).order_by(table.c.id)
                                          .limit(CASES_AT_ONCE)).all()
                if not rows:
                    break
                for row in rows:
                    yield compare(connection, context, other, row)
            last, done = rows[-1].id, done + len(rows)
            progress(name, done, done)


def _compare_request(connection: sa.Connection, context: ServiceContext, other: ServiceContext, row: Row) -> Comparison:
    found, passes = Comparison(), []
    finished = newest_finished(connection, row.cardholder_id)
    for one, side in ((context, found.before), (other, found.after)):
        passed = _passes(connection, one, row, finished)
        side["requests.pass" if passed else "requests.fail"] += 1
        passes.append(passed)
    found.changed["requests"] += passes[0] != passes[1]
    return found


def _passes(connection: sa.Connection, context: ServiceContext, row: Row, finished: FinishedAssessment | None) -> bool:
    """Whether the request passes every check today, with what the person can afford by the same policy."""
    today = context.clock.today()
    position = account_position(connection, context, row.account_id, today)
    try:
        if finished is not None:
            again = assess(household(finished.input, context.policy.on(today)),
                           affordability_rule(context.policy.on(today)))
            finished = replace(finished, affordable_minor=again.affordable_minor)
        return not figures_today(connection, context, row, position, finished).failed
    except InvalidInput:  # nothing can be made of its terms today
        return False


def _compare_assessment(connection: sa.Connection, context: ServiceContext, other: ServiceContext,
                        row: Row) -> Comparison:
    found = Comparison()
    newest = newest_finished(connection, row.cardholder_id)
    if newest is None or newest.assessment_id != row.id:
        return found
    outcomes = []
    for one, side in ((context, found.before), (other, found.after)):
        policy = one.policy.on(one.clock.today())
        try:
            result = assess(household(newest.input, policy), affordability_rule(policy))
            outcome, affordable = result.outcome.value, result.affordable_minor
        except (InvalidInput, PolicyMissing):  # such as a city whose living costs one policy does not know
            outcome, affordable = "unknown", 0
        side[f"assessments.{outcome}"] += 1
        side["assessments.affordable_minor"] += affordable
        outcomes.append(outcome)
    found.changed["assessments"] += outcomes[0] != outcomes[1]
    return found
