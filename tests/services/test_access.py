"""Who may ask what: every function of the services, every role, every other cardholder.

The functions are found by looking, not by a list kept by hand: one that is new and not said here fails.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

import core.services
from core.db.tables import metadata
from core.db.tables.identity import sessions, users
from core.db.tables.negotiations import negotiations
from core.db.tables.requests import assessments as assessments_table
from core.db.tables.requests import proposals
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.decision import ApproveReason, InformationItem, Outcome, RefuseReason
from core.domain.errors import NotFound, NotPermitted, PortalError
from core.domain.offers.model import Wish
from core.domain.quarter import Quarter
from core.services import (
    accounts,
    assessments,
    assistant,
    case_options,
    identity,
    messages,
    payoff,
    policy_register,
    requests,
    review,
    risk,
    several_cards,
    standing,
    statistics,
)
from core.services.assistant.erasing import erase_old_conversations
from core.services.case_looks import look
from core.services.close_day.day import close_day
from core.services.context import ServiceContext
from core.services.exporting import export_accounts
from core.services.importing.bank.load import import_accounts
from core.services.importing.bank.tables import SourceFile
from core.services.importing.load import Batch, load
from core.services.importing.uci.load import import_uci_card_clients
from core.services.postings import corrections, debits, disputes, payments, reversals, terms
from core.services.requests import RequestDraft
from core.services.review import QueueFilters
from core.services.risk_books import own_outcomes
from core.services.simulation import simulate
from tests.services.cards import TODAY, add_card, cardholder
from tests.services.cases import FAMILY, asked, extension, held, reviewer
from tests.services.test_identity_sign_in import GOOD

ROOT = Path(__file__).resolve().parents[2]
KEY = "a key of this test"

ROLES: dict[Role, Actor] = {
    Role.CARDHOLDER: Actor("u-cardholder", Role.CARDHOLDER, cardholder_id="nobody's"),
    Role.COLLECTOR: Actor("u-collector", Role.COLLECTOR, authority=Authority.L4),
    Role.SUPERVISOR: Actor("u-supervisor", Role.SUPERVISOR, authority=Authority.L4),
    Role.STAFF: Actor("u-staff", Role.STAFF),
    Role.ADMIN: Actor("u-admin", Role.ADMIN),
}
OWNER, REVIEWERS = frozenset({Role.CARDHOLDER}), frozenset({Role.COLLECTOR, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
COUNTERS, KEEPERS = frozenset({Role.STAFF, Role.SUPERVISOR}), frozenset({Role.ADMIN})
OPERATOR: frozenset[Role] = frozenset()
"""Nobody who signs in: the command line and the close of day."""


@dataclass(frozen=True)
class Objects:
    """What a call is about: somebody's account, a draft on it, a request, a conversation."""

    account_id: str = "no-account"
    proposal_id: str = "no-proposal"
    conversation_id: str = "no-conversation"

    @property
    def draft(self) -> RequestDraft:
        """A request on the account."""
        return extension(self.account_id)


Call = Callable[[Actor, ServiceContext, Objects], Any]

ACCESS: dict[str, tuple[frozenset[Role], Call]] = {
    "accounts.overview": (OWNER, lambda a, c, o: accounts.overview(a, c, TODAY)),
    "accounts.overview_with_detail": (
        OWNER, lambda a, c, o: accounts.overview_with_detail(a, c, TODAY, o.account_id)),
    "accounts.account_detail": (OWNER, lambda a, c, o: accounts.account_detail(a, c, o.account_id, TODAY)),
    "accounts.projections": (OWNER, lambda a, c, o: accounts.projections(a, c, o.account_id, TODAY, 50_000)),
    "assessments.latest": (OWNER, lambda a, c, o: assessments.latest(a, c)),
    "assessments.save_draft": (OWNER, lambda a, c, o: assessments.save_draft(a, c, FAMILY, None)),
    "assessments.finish": (OWNER, lambda a, c, o: assessments.finish(a, c, FAMILY, KEY)),
    "request_options.request_options": (OWNER, lambda a, c, o: requests.request_options(a, c, TODAY)),
    "request_options.preview": (OWNER, lambda a, c, o: requests.preview(a, c, o.draft, TODAY)),
    "several_cards.proposal": (OWNER, lambda a, c, o: several_cards.proposal(a, c, TODAY)),
    "requests.submit": (OWNER, lambda a, c, o: requests.submit(a, c, o.draft, acknowledged=True,
                                                               idempotency_key=KEY)),
    "requests.answer_information_request": (OWNER, lambda a, c, o: requests.answer_information_request(
        a, c, o.proposal_id, "an answer", idempotency_key=KEY)),
    "requests.withdraw": (OWNER, lambda a, c, o: requests.withdraw(a, c, o.proposal_id, idempotency_key=KEY)),
    "request_reading.my_requests": (OWNER, lambda a, c, o: requests.my_requests(a, c)),
    "request_reading.my_request": (OWNER, lambda a, c, o: requests.my_request(a, c, o.proposal_id)),
    "standing.last_ending": (OWNER, lambda a, c, o: standing.last_ending(a, c, o.account_id, TODAY)),
    "standing.missing_evidence": (OWNER, lambda a, c, o: standing.missing_evidence(a, c, o.proposal_id)),
    "assistant.conversations.open_conversation": (OWNER, lambda a, c, o: assistant.open_conversation(
        a, c, o.account_id, TODAY)),
    "assistant.conversations.conversation": (OWNER, lambda a, c, o: assistant.conversation(a, c, o.conversation_id)),
    "assistant.before.told_before": (OWNER, lambda a, c, o: assistant.told_before(a, c, o.conversation_id)),
    "assistant.conversations.say": (OWNER, lambda a, c, o: assistant.say(
        a, c, o.conversation_id, "500 a month", idempotency_key=KEY)),
    "assistant.conversations.adjust": (OWNER, lambda a, c, o: assistant.adjust(
        a, c, o.conversation_id, Wish(), idempotency_key=KEY)),
    **{f"assistant.conversations.{name}": (OWNER, lambda a, c, o, name=name: getattr(assistant, name)(
        a, c, o.conversation_id, idempotency_key=KEY)) for name in (
            "choose_ceiling", "restart", "call_person", "withdraw_person")},
    "assistant.choosing.choose": (OWNER, lambda a, c, o: assistant.choose(
        a, c, o.conversation_id, 1, "balanced", acknowledged=True, idempotency_key=KEY)),
    "assistant.transcripts.transcript": (OWNER | REVIEWERS, lambda a, c, o: assistant.transcript(a, c, o.proposal_id)),
    "assistant.transcripts.waiting_for_person": (REVIEWERS, lambda a, c, o: assistant.waiting_for_person(a, c)),
    "assistant.transcripts.take_up": (REVIEWERS, lambda a, c, o: assistant.take_up(
        a, c, o.conversation_id, idempotency_key=KEY)),
    "assistant.transcripts.taken_up": (REVIEWERS, lambda a, c, o: assistant.taken_up(a, c, o.conversation_id)),
    "assistant.erasing.erase_old_conversations": (OPERATOR, lambda a, c, o: erase_old_conversations(a, c)),
    "messages.my_messages": (OWNER, lambda a, c, o: messages.my_messages(a, c)),
    "review_queue.queue": (REVIEWERS, lambda a, c, o: review.queue(a, c, QueueFilters())),
    "review_queue.held_cases": (SUPERVISORS, lambda a, c, o: review.held_cases(a, c)),
    "case_access.find_case": (REVIEWERS, lambda a, c, o: review.find_case(a, c, "ABCD2345")),
    "claims.claim_next": (REVIEWERS, lambda a, c, o: review.claim_next(a, c, QueueFilters(), idempotency_key=KEY)),
    "claims.claim": (REVIEWERS, lambda a, c, o: review.claim(a, c, o.proposal_id, idempotency_key=KEY)),
    "claims.release": (REVIEWERS, lambda a, c, o: review.release(a, c, o.proposal_id, idempotency_key=KEY)),
    "case_view.case": (REVIEWERS, lambda a, c, o: review.case(a, c, o.proposal_id)),
    "case_looks.look": (REVIEWERS, lambda a, c, o: look(a, c, o.proposal_id, "case_viewed", lambda _, row: row.id)),
    "case_options.options": (REVIEWERS, lambda a, c, o: case_options.options(a, c, o.proposal_id)),
    "risk.case_risk": (REVIEWERS, lambda a, c, o: risk.case_risk(a, c, o.proposal_id)),
    "risk_books.own_outcomes": (OPERATOR, lambda a, c, o: own_outcomes(a, c, TODAY)),
    "review.approve": (REVIEWERS, lambda a, c, o: review.approve(
        a, c, o.proposal_id, expected_version=1, reasons=list(ApproveReason)[:1], idempotency_key=KEY)),
    "review.refuse": (REVIEWERS, lambda a, c, o: review.refuse(
        a, c, o.proposal_id, expected_version=1, reasons=list(RefuseReason)[:1], idempotency_key=KEY)),
    "review.request_information": (REVIEWERS, lambda a, c, o: review.request_information(
        a, c, o.proposal_id, expected_version=1, items=list(InformationItem)[:1], idempotency_key=KEY)),
    "review.refer": (REVIEWERS, lambda a, c, o: review.refer(
        a, c, o.proposal_id, expected_version=1, recommendation=Outcome.APPROVED, internal_note="a note",
        idempotency_key=KEY)),
    "statistics.reporting_periods": (COUNTERS, lambda a, c, o: statistics.reporting_periods(a, c, TODAY)),
    "statistics.request_statistics": (COUNTERS, lambda a, c, o: statistics.request_statistics(
        a, c, Quarter.of(TODAY), TODAY)),
    "policy_register.policy_register": (KEEPERS, lambda a, c, o: policy_register.policy_register(a, c, TODAY)),
    "identity.users.create_user": (KEEPERS, lambda a, c, o: identity.create_user(
        a, c, login="somebody.new", display_name="Somebody", role=Role.STAFF, password=GOOD, idempotency_key=KEY)),
    "identity.users.list_users": (KEEPERS, lambda a, c, o: identity.list_users(a, c)),
    "identity.users.find_user": (KEEPERS, lambda a, c, o: identity.find_user(a, c, "somebody.new")),
    "identity.users.set_user_active": (KEEPERS, lambda a, c, o: identity.set_user_active(
        a, c, "u", active=False, version=1)),
    "identity.users.change_user_role": (KEEPERS, lambda a, c, o: identity.change_user_role(
        a, c, "u", role=Role.STAFF, authority=None, version=1)),
    "identity.users.set_user_password": (KEEPERS, lambda a, c, o: identity.set_user_password(
        a, c, "u", password=GOOD, version=1)),
    "payoff.quote_payoff": (OWNER | REVIEWERS, lambda a, c, o: payoff.quote_payoff(a, c, o.account_id, TODAY, TODAY)),
    "close_day.day.close_day": (OPERATOR, lambda a, c, o: close_day(a, c, TODAY)),
    "postings.payments.post_payment": (OPERATOR, lambda a, c, o: payments.post_payment(
        a, c, o.account_id, payments.PaymentIn("p", 1, TODAY, "transfer"), TODAY, KEY)),
    **{f"postings.debits.{name}": (OPERATOR, lambda a, c, o, name=name: getattr(debits, name)(
        a, c, o.account_id, debits.Debit("d", 1, TODAY), TODAY, KEY))
       for name in ("record_purchase", "record_cash", "record_other_fee")},
    **{f"postings.corrections.{name}": (OPERATOR, lambda a, c, o, name=name: getattr(corrections, name)(
        a, c, o.account_id, corrections.Correction("c", "principal", 1, TODAY, "a_reason"), TODAY, KEY))
       for name in ("adjust", "waive")},
    **{f"postings.disputes.{name}": (OPERATOR, lambda a, c, o, name=name: getattr(disputes, name)(
        a, c, o.account_id, disputes.Dispute("d", 1, TODAY, "a_reason"), TODAY, KEY))
       for name in ("hold", "release")},
    "postings.reversals.reverse": (OPERATOR, lambda a, c, o: reversals.reverse(
        a, c, o.account_id, reversals.Reversal("payment:p", "bounced"), TODAY, KEY)),
    "postings.terms.agree_rate": (OPERATOR, lambda a, c, o: terms.agree_rate(
        a, c, o.account_id, terms.AgreedRateIn("r", Decimal("0.0003"), TODAY, None, "a_reason"), TODAY, KEY)),
    "postings.terms.agree_pause": (OPERATOR, lambda a, c, o: terms.agree_pause(
        a, c, o.account_id, terms.AgreedPause("r", TODAY, TODAY, "a_reason"), TODAY, KEY)),
    "simulation.simulate": (OPERATOR, lambda a, c, o: simulate(a, c, c.policy, TODAY)),
    "exporting.export_accounts": (OPERATOR, lambda a, c, o: export_accounts(a, c, TODAY)),
    "importing.load.load": (OPERATOR, lambda a, c, o: load(a, c, [], Batch("test", "test", TODAY, "0" * 64))),
    "importing.bank.load.import_accounts": (OPERATOR, lambda a, c, o: import_accounts(
        a, c, SourceFile("accounts.csv", b"nothing"))),
    "importing.uci.load.import_uci_card_clients": (OPERATOR, lambda a, c, o: import_uci_card_clients(
        a, c, b"nothing")),
}
"""Who may call it, and how it is called. ``OWNER``: of what is theirs, see the second half of this file."""

SELF = {"identity.sessions.issue_ticket", "identity.sessions.sign_out_everywhere", "identity.sessions.count_sessions",
        "identity.users.change_password", "identity.users.choose_language"}
"""Everybody, about themselves: they take no other person's id."""
MACHINERY = {"commands.once", "review_queue.viewpoint", "postings.desk.answer", "postings.desk.posting"}
"""Carry a command out for a caller that has checked."""

BEFORE_SIGN_IN = {
    "identity.activation.start_activation", "identity.activation.start_reset", "identity.activation.activate",
    "identity.activation.reset_password", "identity.activation.demo_messages",
    "identity.activation.demo_phone", "identity.sessions.redeem_ticket",
    "identity.sessions.resolve_session", "identity.sessions.sign_out", "identity.sign_in.authenticate"}
"""Asked by somebody nobody knows yet; each proves who it is by what it is given."""
BY_OPERATOR = {"request_expiry.expire_unanswered", "importing.load.earlier_as_of", "demo.load.ensure_loaded",
               "demo.load.load_demo", "demo.journeys.play_requests", "demo.users.create_demo_users",
               "demo.users.cardholder_actors", "demo.users.cardholder_ids", "demo.users.must_be_demo",
               "demo.cases.request_play", "demo.talks.talk",
               "close_day.batch.close_accounts", "close_day.day.last_closed_day",
               "close_day.day.waiting_accounts", "close_day.plans.end_plans", "verification.verify",
               "account_ledger.account_ledger", "account_ledger.account_ids", "account_ledger.all_account_ids",
               "simulation.compare_accounts", "assistant.proof.replay", "assistant.proof.replay_turn",
               "assistant.erasing.old_conversations"}
"""Run by the command line, never by a screen."""
WORKINGS = {"accruals.accrued", "assessments.replay", "claims.review_policy", "explanations.explain",
            "cost_marks.cost_marks", "outlooks.outlook", "request_figures.work_out", "books.growth.shelf_of",
            "messages.opened"}
"""Compute from what a service has already been allowed to read; reach no row themselves."""


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(core.services.__path__, "core.services."):
        yield importlib.import_module(found.name)


def _functions() -> Iterator[tuple[str, frozenset[str]]]:
    """(name below core.services, names of its parameters) of every public function."""
    for module in _modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield (f"{module.__name__.removeprefix('core.services.')}.{name}",
                       frozenset(inspect.signature(function).parameters))


def test_every_function_that_reaches_data_says_who_may_call_it() -> None:
    found = dict(_functions())
    with_actor = {name for name, takes in found.items() if {"actor", "context"} <= takes and "connection" not in takes}
    without = {name for name, takes in found.items()
               if "context" in takes and not takes & {"actor", "connection"}}
    assert with_actor == set(ACCESS) | SELF | MACHINERY
    assert without == BEFORE_SIGN_IN | BY_OPERATOR | WORKINGS


def test_actor_comes_first_wherever_there_is_one() -> None:
    for module in _modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            takes = list(inspect.signature(function).parameters)
            if function.__module__ == module.__name__ and {"actor", "context"} <= set(takes) \
                    and "connection" not in takes and not name.startswith("_"):
                assert takes[:2] == ["actor", "context"], f"{module.__name__}.{name}"


def _asked_for(path: Path) -> Iterator[str]:
    """Functions of the services a file names, as ``ACCESS`` names them or by the package that publishes them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("core.services"):
            continue
        for name in node.names:
            found = getattr(importlib.import_module(node.module or ""), name.name)
            if inspect.ismodule(found):
                modules[name.asname or name.name] = found.__name__
            elif inspect.isfunction(found):
                yield f"{found.__module__}.{found.__name__}".removeprefix("core.services.")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found = getattr(importlib.import_module(modules[node.value.id]), node.attr)
            if inspect.isfunction(found):
                yield f"{found.__module__}.{found.__name__}".removeprefix("core.services.")


def _screen_files() -> list[Path]:
    return [path for folder in ("pages", "portal") for path in sorted((ROOT / folder).rglob("*.py"))
            if "commands" not in path.parts and path.name != "cli.py"]


def test_screens_call_only_functions_that_ask_who_is_there() -> None:
    reaching = dict(_functions())
    called = 0
    for path in _screen_files():
        known = set(ACCESS) | SELF
        if path.parts[-2] in ("identity", "web") or path.name in ("session.py", "shell.py"):
            known |= BEFORE_SIGN_IN
        for name in _asked_for(path):
            if reaching.get(name, frozenset()) & {"actor", "context", "connection"}:
                assert name in known, f"{path.relative_to(ROOT)} calls {name}"
                called += 1
    assert called > len(ACCESS) // 2  # the search finds what screens call


def test_screens_open_no_transaction_of_their_own() -> None:
    for path in _screen_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("reading", "writing", "engine"), f"{path.relative_to(ROOT)}:{node.lineno}"


def _everything(context: ServiceContext) -> dict[str, list[Any]]:
    with context.reading() as connection:
        return {table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables}


@pytest.mark.parametrize("role", Role)
def test_wrong_role_is_refused_and_leaves_no_trace(sqlite_context: ServiceContext, role: Role) -> None:
    actor = ROLES[role]
    before = _everything(sqlite_context)
    for name, (allowed, call) in ACCESS.items():
        if role in allowed:
            continue
        try:
            call(actor, sqlite_context, Objects())
        except NotPermitted:
            continue
        except PortalError as other:
            pytest.fail(f"{name} looked at its input before it looked at {role}: {other.code}")
        pytest.fail(f"{role} may call {name}")
    assert _everything(sqlite_context) == before


@pytest.mark.parametrize("name", ACCESS)
def test_right_role_is_not_refused_for_its_role(sqlite_context: ServiceContext, name: str) -> None:
    allowed, call = ACCESS[name]
    for actor in [ROLES[role] for role in allowed] or [SYSTEM]:
        try:
            call(actor, sqlite_context, Objects())
        except NotPermitted:
            pytest.fail(f"{actor.role} may not call {name}")
        except (PortalError, sa.exc.IntegrityError):
            pass  # there is no such account, case or user here; what matters is who was let in


@pytest.mark.parametrize("name", [name for name, (allowed, _) in ACCESS.items() if allowed == OWNER])
def test_cardholder_without_a_person_behind_owns_nothing(sqlite_context: ServiceContext, name: str) -> None:
    with pytest.raises(NotFound):
        ACCESS[name][1](Actor("u", Role.CARDHOLDER), sqlite_context, Objects())


def _world(context: ServiceContext) -> tuple[Actor, Actor, Objects]:
    """A person with a request that waits for an answer, another person with a card, and the first one's objects."""
    owner, sent = asked(context)
    account_id = accounts.overview(owner, context, TODAY).accounts[0].account_id
    collector = reviewer(context, "collector-one", Authority.L4)
    version = held(context, collector, sent.proposal_id)
    review.request_information(collector, context, sent.proposal_id, expected_version=version,
                               items=list(InformationItem)[:1], idempotency_key="ask")
    assessments.save_draft(owner, context, FAMILY, None)
    add_card(context, person="p2", card="c2")
    talk = assistant.open_conversation(owner, context, account_id, TODAY)
    return owner, cardholder(context, "p2"), Objects(account_id, sent.proposal_id, talk.conversation_id)


def _rows_of(context: ServiceContext, owner: Actor) -> list[Any]:
    with context.reading() as connection:
        return [tuple(row) for table in (proposals, assessments_table, negotiations) for row in connection.execute(
            sa.select(table).where(table.c.cardholder_id == owner.cardholder_id).order_by(table.c.id))]


NAMING_AN_OBJECT = ["accounts.account_detail", "accounts.projections", "request_options.preview", "requests.submit",
                    "requests.answer_information_request", "requests.withdraw", "request_reading.my_request",
                    "standing.last_ending", "standing.missing_evidence",
                    *(name for name in ACCESS if name.startswith(("assistant.before", "assistant.conversations",
                                                                  "assistant.choosing")))]


def test_another_cardholder_finds_nothing_and_changes_nothing(context: ServiceContext) -> None:
    owner, stranger, theirs = _world(context)
    before = _rows_of(context, owner)
    for name in NAMING_AN_OBJECT:
        with pytest.raises(NotFound):
            ACCESS[name][1](stranger, context, theirs)
    for name, (allowed, call) in ACCESS.items():
        if allowed == OWNER and name not in NAMING_AN_OBJECT:
            told = repr(call(stranger, context, theirs))
            for secret in (theirs.account_id, theirs.proposal_id, str(owner.cardholder_id)):
                assert secret not in told, f"{name} shows a stranger {secret}"
    assert _rows_of(context, owner) == before


def test_owner_is_let_in_where_the_stranger_was_not(context: ServiceContext) -> None:
    owner, _, theirs = _world(context)
    assert accounts.account_detail(owner, context, theirs.account_id, TODAY).position.account_id == theirs.account_id
    assert requests.my_request(owner, context, theirs.proposal_id).information is not None
    requests.answer_information_request(owner, context, theirs.proposal_id, "an answer", idempotency_key=KEY)


def test_keys_against_repetition_belong_to_one_person(context: ServiceContext) -> None:
    owner, stranger, _ = _world(context)
    mine = assessments.finish(owner, context, FAMILY, KEY)
    other = assessments.finish(stranger, context, FAMILY, KEY)
    assert other.assessment_id != mine.assessment_id


@pytest.mark.parametrize("role", Role)
def test_what_everybody_may_do_they_do_to_themselves_only(context: ServiceContext, role: Role) -> None:
    add_card(context)
    somebody = identity.create_user(SYSTEM, context, login="somebody.else", display_name="Somebody", role=Role.STAFF,
                                    password=GOOD, idempotency_key="somebody")
    authority = Authority.L1 if role in REVIEWERS else None
    person = cardholder(context).cardholder_id if role is Role.CARDHOLDER else None
    me = Actor(identity.create_user(SYSTEM, context, login="me.myself", display_name="Me", role=role, password=GOOD,
                                    authority=authority, cardholder_id=person, idempotency_key="me"),
               role, cardholder_id=person, authority=authority)
    for one in (Actor(somebody, Role.STAFF), me):
        identity.redeem_ticket(context, identity.issue_ticket(one, context, "browser"), "browser")
    assert identity.count_sessions(me, context) == 1
    identity.choose_language(me, context, "en")
    assert identity.sign_out_everywhere(me, context) == 1
    identity.change_password(me, context, current=GOOD, new="another long sentence")
    with context.reading() as connection:
        assert [row.user_id for row in connection.execute(sa.select(sessions))] == [somebody]
        other = connection.execute(sa.select(users).where(users.c.id == somebody)).one()
    assert other.locale is None
    assert identity.authenticate(context, "somebody.else", GOOD, "203.0.113.7").actor.user_id == somebody
