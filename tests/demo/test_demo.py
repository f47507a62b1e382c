"""The demo: the same people each time, every figure one the rules made, and never beside real data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import bootstrap
from core.clock import Clock
from core.db.tables.accounts import accounts, ledger_entries, statements
from core.db.tables.identity import users
from core.db.tables.negotiations import negotiation_turns, negotiations
from core.db.tables.requests import assessments, decisions, proposals
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.delinquency import bucket, days_past_due
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.domain.proposal import ProposalKind, ProposalState
from core.policy.book import PolicyBook
from core.policy.rules.account import delinquency_rule
from core.services import demo, identity, records
from core.services.accounts import overview
from core.services.assistant import Reply
from core.services.context import ServiceContext
from core.services.demo.portfolio import make_portfolio
from core.services.importing.bank.load import import_accounts
from core.services.importing.bank.tables import SourceFile
from core.services.ledger import accounts_out_of_balance
from core.services.positions import positions
from core.services.progress import quiet
from core.settings import Settings
from tests.conftest import NOON, CountedQueries
from tests.imports.files import account_row, bank_csv

AS_OF = date(2026, 11, 22)
COUNT = 320


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceContext]:
    """One loaded demo that the tests of this module read."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "portal.sqlite").write_bytes(sqlite_template.read_bytes())
    context = bootstrap.start(Settings(demo=True, var_dir=folder), Clock(now=lambda: NOON))
    demo.load_demo(context, count=COUNT)
    yield context
    context.engine.dispose()


def rows(context: ServiceContext, statement: sa.Select) -> list[sa.Row]:
    with context.reading() as connection:
        return list(connection.execute(statement))


def test_the_same_seed_gives_the_same_portfolio_and_another_seed_another() -> None:
    book = PolicyBook.load()
    one, two, other = (make_portfolio(book, seed, 40, AS_OF, quiet) for seed in (1, 1, 2))
    assert one.bundles == two.bundles
    assert one.bundles != other.bundles


def test_the_same_seed_gives_the_same_ids(loaded: ServiceContext, sqlite_context: ServiceContext) -> None:
    demo.load_demo(sqlite_context, count=COUNT)
    listing = sa.select(accounts.c.id, accounts.c.source_reference, accounts.c.principal_minor).order_by(accounts.c.id)
    assert rows(loaded, listing) == rows(sqlite_context, listing)


def test_a_late_fee_earned_since_the_last_statement_is_on_the_books(loaded: ServiceContext) -> None:
    with loaded.reading() as connection:
        found = positions(connection, loaded, connection.execute(sa.select(accounts)).all(), AS_OF)
    missed = [one for one in found if one.open_due_date is None and one.minimum_due_minor]
    assert missed
    assert all(one.late_fee_to_come_minor == 0 < one.late_fee_minor for one in missed)
    assert any(one.late_fee_to_come_minor for one in found if one.open_due_date is not None)


def test_all_buckets_both_issuers_and_several_products_are_there(loaded: ServiceContext) -> None:
    rule = delinquency_rule(loaded.policy.on(AS_OF))
    found = rows(loaded, sa.select(accounts))
    assert len(found) == COUNT
    buckets = Counter(bucket(days_past_due(row.oldest_unpaid_due_date, AS_OF), rule).value for row in found)
    assert set(buckets) == {"M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7+"}
    assert {row.issuer for row in found} == {"standard", "unpaid_exclusive"}
    assert len({row.product for row in found}) >= 4
    assert max(Counter(row.cardholder_id for row in found).values()) > 1


def test_every_ledger_adds_up_and_every_statement_follows_the_one_before(loaded: ServiceContext) -> None:
    ids = [row.id for row in rows(loaded, sa.select(accounts.c.id))]
    with loaded.reading() as connection:
        assert accounts_out_of_balance(connection, ids) == []
    before: dict[str, int] = {}
    for row in rows(loaded, sa.select(statements).order_by(statements.c.account_id, statements.c.statement_date)):
        assert row.opening_balance_minor == before.get(row.account_id, 0)
        before[row.account_id] = row.closing_balance_minor
    assert rows(loaded, sa.select(ledger_entries.c.id).where(ledger_entries.c.value_date > AS_OF)) == []


def test_requests_are_in_every_state_and_none_lies_in_the_future(loaded: ServiceContext) -> None:
    found = rows(loaded, sa.select(proposals))
    assert {row.state for row in found} == {state.value for state in ProposalState}
    assert all(row.submitted_at <= NOON for row in found)
    assert all(row.decided_at is None or row.submitted_at < row.decided_at <= NOON for row in found)
    late = [row for row in found if row.decided_at is not None and row.decided_at > row.promised_by]
    assert 0 < len(late) < len(rows(loaded, sa.select(decisions)))
    assert any(row.vulnerable for row in found)
    assert {row.kind for row in found} == set(ProposalKind)
    assert {row.kind for row in found if row.state == ProposalState.SUBMITTED} >= {
        ProposalKind.SETTLEMENT, ProposalKind.TOKEN_PAYMENT, ProposalKind.PAUSE, ProposalKind.PROMISE_TO_PAY}
    assert {row.status for row in rows(loaded, sa.select(assessments.c.status))} == {"draft", "final"}
    with loaded.reading() as connection:
        assert records.first_broken_link(connection) is None


def test_some_cases_in_review_began_as_a_conversation_in_which_an_offer_was_turned_down(
        loaded: ServiceContext) -> None:
    joined = sa.select(negotiations.c.id, proposals.c.state, proposals.c.submitted_at, negotiations.c.updated_at).join(
        proposals, proposals.c.id == negotiations.c.proposal_id)
    found = rows(loaded, joined)
    assert found
    assert {row.state for row in found} & {ProposalState.IN_REVIEW, ProposalState.REFERRED}
    assert all(row.updated_at == row.submitted_at for row in found)
    ids = {row.id for row in found}
    turns = [row for row in rows(loaded, sa.select(negotiation_turns)) if row.negotiation_id in ids]
    assert all(row.at <= NOON for row in turns)
    replies = {reply for row in turns for reply in row.replies}
    assert {Reply.REJECT, Reply.OFFERS} <= replies
    assert replies & {Reply.ACCEPTED_WISH, Reply.REFUSED_WISH}
    assert not replies & {Reply.UNCLEAR, Reply.ASK_WHICH_AMOUNT, Reply.ASK_PERIOD_OF_AMOUNT}


def test_every_documented_sign_in_opens(loaded: ServiceContext) -> None:
    for one in demo.sign_ins():
        if one.login:
            person = identity.authenticate(loaded, login=one.login, password=one.password, address="127.0.0.1")
            assert person.actor.role.value == one.role


def test_the_cardholder_of_the_demo_has_a_case_to_look_at(loaded: ServiceContext) -> None:
    row = rows(loaded, sa.select(users).where(users.c.login == "lixiaomei"))[0]
    seen = overview(Actor(row.id, Role.CARDHOLDER, cardholder_id=row.cardholder_id), loaded, AS_OF)
    assert len(seen.accounts) == 2
    assert all(account.days_past_due > 0 and account.open_request is None for account in seen.accounts)


def test_the_newcomer_can_activate_with_the_code_of_the_demo_phone(loaded: ServiceContext) -> None:
    (newcomer,) = [one for one in demo.sign_ins() if not one.login]
    name, last4 = newcomer.note.split("as ")[1].split(", card ")[0], newcomer.note.split("card ")[1][:4]
    identity.start_activation(loaded, card_last4=last4, name=name, address="127.0.0.1")
    (message,) = identity.demo_messages(loaded, card_last4=last4, name=name, limit=1)
    login = identity.activate(loaded, card_last4=last4, name=name, code=message.parameters["code"],
                              login="jianguo.wang", password="a sentence long enough", address="127.0.0.1")
    assert login == "jianguo.wang"


def test_a_loaded_demo_is_left_alone_with_one_query(loaded: ServiceContext,
                                                    counted_queries: type[CountedQueries]) -> None:
    with counted_queries(loaded.engine) as queries:
        assert demo.ensure_loaded(loaded) is False
    assert len(queries) == 1


@pytest.mark.parametrize("stage", ["write", "requests"])
def test_a_load_that_was_cut_short_is_finished_by_the_next_start(sqlite_context: ServiceContext, stage: str) -> None:
    def stop(seen: str, _done: int, _total: int) -> None:
        if seen == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load_demo(sqlite_context, count=150, progress=stop)
    assert demo.ensure_loaded(sqlite_context, count=150) is True
    assert demo.ensure_loaded(sqlite_context) is False
    logins = {row.login for row in rows(sqlite_context, sa.select(users.c.login))}
    assert {one.login for one in demo.sign_ins() if one.login} <= logins
    assert len(rows(sqlite_context, sa.select(proposals.c.id))) > 10


def test_the_demo_is_never_loaded_beside_other_accounts(context: ServiceContext) -> None:
    import_accounts(SYSTEM, context, SourceFile("a.csv", bank_csv(account_row(1))), as_of=AS_OF)
    with pytest.raises(Conflict) as clash:
        demo.ensure_loaded(context)
    assert clash.value.code == "database_not_demo"
    with pytest.raises(Conflict):
        demo.load_demo(context, count=5)
    assert len(rows(context, sa.select(accounts.c.id))) == 1


def test_there_is_no_demo_outside_demo_mode(sqlite_context: ServiceContext) -> None:
    settings = sqlite_context.settings.model_copy(update={"demo": False})
    with pytest.raises(NotFound):
        demo.ensure_loaded(replace(sqlite_context, settings=settings))


def test_a_small_demo_loads_on_both_databases(context: ServiceContext) -> None:
    report = demo.load_demo(context, count=60)
    assert report.loaded.imported == 60
    assert report.requests > 5


@pytest.mark.parametrize("options", [{"count": 0}, {"count": 50_001}, {"as_of": date(2026, 11, 23)}])
def test_options_out_of_range_are_refused(sqlite_context: ServiceContext, options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        demo.load_demo(sqlite_context, **options)  # type: ignore[arg-type]
