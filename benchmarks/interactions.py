"""Server CPU of every interaction, in one process, over the imported portfolio, driven by a real browser.

CPU rather than latency: it is what decides how many people one core can serve, and it is steady. The
process clock of the server is read before and after each interaction (Linux).
"""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from benchmarks.report import Row, at_most
from core import bootstrap
from core.db.tables.accounts import accounts
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.errors import PortalError
from core.domain.hardship import HardshipReason
from core.domain.proposal import ProposalKind
from core.domain.request_terms import ExtensionTerms
from core.services import assessments, requests
from core.services.context import ServiceContext
from core.services.identity import users
from core.services.requests import RequestDraft
from core.settings import Settings
from tests.browser.installation import Server, start_portal
from tests.browser.people import QUIET_CHROMIUM, VIEWPORTS, Person, chromium_path
from tests.services.cases import FAMILY

BAR_MS = 40.0
ANSWER_BAR_MS = 500.0
"""An answer of the assistant: a reason and a plan, with the whole plan space searched."""
REPEATS = 15
OPEN_REQUESTS = 300
PASSWORD = "lantern-orchard-paddle"


def measure(folder: Path, environment: dict[str, str]) -> list[Row]:
    """One row per interaction: the median CPU of ``REPEATS`` in milliseconds."""
    context = bootstrap.start(Settings(secret_key=SecretStr(environment["PORTAL_SECRET_KEY"]), var_dir=folder))
    _people(context)
    context.engine.dispose()
    server = start_portal(folder, environment=environment)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET_CHROMIUM)

            def arrive(login: str) -> Person:
                page = browser.new_context(viewport=VIEWPORTS["desktop"], locale="en-GB").new_page()
                somebody = Person(page, server.address, "en", "desktop")
                somebody.sign_in(login, PASSWORD)
                return somebody

            journeys = (_cardholder, _assistant, _collector, _staff, _admin)
            rows = [row for journey in journeys for row in journey(server, arrive)]
            browser.close()
        return rows
    finally:
        server.stop()


def _people(context: ServiceContext) -> None:
    """Sign-ins for one cardholder and everybody at the bank, and a queue of requests of imported accounts."""
    bank = (("bench-collector", Role.COLLECTOR, Authority.L2), ("bench-staff", Role.STAFF, None),
            ("bench-admin", Role.ADMIN, None))
    for login, role, authority in bank:
        users.create_user(SYSTEM, context, login=login, display_name=login, role=role, authority=authority,
                          password=PASSWORD, idempotency_key=login)
    with context.reading() as connection:
        owing = connection.execute(sa.select(accounts.c.id, accounts.c.cardholder_id).where(
            accounts.c.principal_minor > 100_000, accounts.c.oldest_unpaid_due_date.is_not(None))
            .order_by(accounts.c.id).limit(OPEN_REQUESTS + 2)).all()
    first, second, *others = owing  # these sign in and keep a free account; the second has said what they can afford
    _signs_in(context, "bench-0", first.cardholder_id)
    person = Actor(_signs_in(context, "bench-1", second.cardholder_id), Role.CARDHOLDER,
                   cardholder_id=second.cardholder_id)
    assessments.finish(person, context, FAMILY, "bench-1")
    made = sum(_asks(context, account, 20 + number % 11) for number, account in enumerate(others))
    if made < OPEN_REQUESTS // 2:
        raise RuntimeError(f"only {made} requests could be made")


def _signs_in(context: ServiceContext, login: str, cardholder_id: str) -> str:
    """A cardholder's user who can sign in; its id."""
    return users.create_user(SYSTEM, context, login=login, display_name="*", role=Role.CARDHOLDER, password=PASSWORD,
                             cardholder_id=cardholder_id, idempotency_key=login)


def _asks(context: ServiceContext, account: sa.Row[tuple[str, str]], days: int) -> bool:
    """Whether an extension of ``days`` could be asked for on this account; it now stands in the queue."""
    actor = Actor(_silent_user(context, account), Role.CARDHOLDER, cardholder_id=account.cardholder_id)
    draft = RequestDraft(account.id, ProposalKind.EXTENSION, ExtensionTerms(days), HardshipReason.INCOME_DROP)
    try:
        requests.submit(actor, context, draft, acknowledged=True, idempotency_key=uuid.uuid4().hex)
    except PortalError:
        return False
    return True


def _silent_user(context: ServiceContext, account: sa.Row[tuple[str, str]]) -> str:
    """A user nobody can sign in as: hashing 300 passwords would say nothing about the screens."""
    with context.writing() as connection:
        return users.insert_user(connection, login=f"bench-{account.cardholder_id}".lower().replace("_", "-"),
                                 display_name="*", role=Role.CARDHOLDER, cardholder_id=account.cardholder_id,
                                 authority=None, password_hash="!", at=context.clock.now() - timedelta(days=1))


def _cpu_ms(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | 2) * 1000


@contextmanager
def _spent(server: Server, into: list[float]) -> Iterator[None]:
    before = _cpu_ms(server.process.pid)
    yield
    into.append(_cpu_ms(server.process.pid) - before)


def _repeated(name: str, server: Server, *steps: Callable[[], object], bar: float = BAR_MS) -> Row:
    """Walk ``steps`` in turn ``REPEATS`` times (plus two to warm up); the last one is measured."""
    spent: list[float] = []
    for number in range(REPEATS + 2):
        for step in steps[:-1]:
            step()
        into: list[float] = []
        with _spent(server, into):
            steps[-1]()
        if number >= 2:
            spent.extend(into)
    return at_most(f"{name}: server CPU, median of {REPEATS}", statistics.median(spent), "ms", bar,
                   "the bar of the design")


Arrive = Callable[[str], Person]


def _cardholder(server: Server, arrive: Arrive) -> Iterator[Row]:
    me = arrive("bench-0")
    away, other = lambda: me.follow("common.page.my_requests"), lambda: me.follow("common.page.account")
    yield _repeated("cardholder opens overview", server, away, lambda: me.follow("common.page.overview"))
    yield _repeated("cardholder opens assessment", server, away, lambda: me.follow("common.page.affordability"))
    section = ["spending", "income"]

    def switch() -> None:
        section.reverse()
        me.choose(f"cardholder.afford.section.{section[0]}")

    yield _repeated("cardholder changes section of the assessment", server, switch)
    yield _repeated("cardholder opens request", server, away, lambda: me.follow("common.page.request"))

    def slide() -> None:
        me.page.get_by_role("slider").first.press("ArrowLeft")
        me.page.wait_for_timeout(400)
        me.settle()

    yield _repeated("cardholder moves the months slider", server, slide)
    yield _repeated("cardholder opens my requests", server, other, away)


def _assistant(server: Server, arrive: Arrive) -> Iterator[Row]:
    me = arrive("bench-1")
    yield _repeated("cardholder opens the assistant", server, lambda: me.follow("common.page.account"),
                    lambda: me.follow("common.page.assistant"), bar=ANSWER_BAR_MS)

    def write() -> None:
        begun = me.page.get_by_role("button", name=me.words("assistant.restart"), exact=True)
        if begun.count():
            begun.click()
            me.settle()
        me.page.get_by_label(me.words("assistant.say.label"), exact=True).fill("at most 100 a month")

    yield _repeated("cardholder says what nobody can grant", server, write,
                    lambda: me.click("assistant.say.send"), bar=ANSWER_BAR_MS)


def _collector(server: Server, arrive: Arrive) -> Iterator[Row]:
    me = arrive("bench-collector")
    yield _repeated("collector opens queue of 300", server, lambda: me.follow("common.page.account"),
                    lambda: me.follow("common.page.queue"))
    me.click("collector.queue.next")
    case = me.page.url
    yield _repeated("collector opens case (new browser page)", server, lambda: me.follow("common.page.queue"),
                    lambda: me.open(case.removeprefix(server.address)))
    answers = ["ask", "refuse"]

    def weigh() -> None:
        answers.reverse()
        me.choose(f"collector.decide.choice.{answers[0]}")

    yield _repeated("collector weighs another decision", server, weigh)
    me.click("collector.case.release")

    def take() -> None:
        me.follow("common.page.queue")
        me.click("collector.queue.next")
        me.choose("collector.decide.choice.refuse")
        me.page.get_by_text(me.words("reasons.decision.evidence_missing"), exact=True).first.click()
        me.settle()

    yield _repeated("collector decides a case", server, take, lambda: me.click("collector.decide.confirm.refuse"))


def _staff(server: Server, arrive: Arrive) -> Iterator[Row]:
    me = arrive("bench-staff")
    yield _repeated("staff opens statistics", server, lambda: me.follow("common.page.account"),
                    lambda: me.follow("common.page.statistics"))
    breakdowns = ["bucket", "product"]

    def regroup() -> None:
        breakdowns.reverse()
        me.choose(f"staff.by.{breakdowns[0]}")

    yield _repeated("staff picks another breakdown", server, regroup)


def _admin(server: Server, arrive: Arrive) -> Iterator[Row]:
    me = arrive("bench-admin")
    away = lambda: me.follow("common.page.account")  # noqa: E731 - a step among steps
    yield _repeated("administrator opens users", server, away, lambda: me.follow("common.page.users"))
    yield _repeated("administrator opens policy", server, away, lambda: me.follow("common.page.policy"))
    wanted = ["late", "min"]

    def search() -> None:
        wanted.reverse()
        me.fill("admin.policy.search", wanted[0])
        me.page.keyboard.press("Enter")
        me.page.wait_for_timeout(300)
        me.settle()

    yield _repeated("administrator searches the policy", server, search)
