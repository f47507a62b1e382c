"""Who may open what: every page as every role, as a stranger, and as another cardholder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from core.domain.actor import Actor, Authority, Role
from core.services import accounts, requests
from core.services.context import ServiceContext
from portal import i18n, navigation
from portal.navigation import PAGES, PageSpec
from portal.web.cookies import Cookies
from tests.screens.cardholders import ASSISTANT, MINE, OVERVIEW, REQUEST, sign_up, words
from tests.screens.conftest import OpenAs, session_token
from tests.services.cards import TODAY, add_card
from tests.services.cases import asked, extension, fill_queue, reviewer

CLOSED = [(spec, role) for spec in PAGES for role in Role if spec.roles and role not in spec.roles]
OPEN = [(spec, role) for spec in PAGES for role in Role if role in spec.roles]
CASE = "pages/collector/case.py"


def name_of(value: object) -> str:
    """How a test is called."""
    return value.key if isinstance(value, PageSpec) else str(value)


def user_of(context: ServiceContext, role: Role) -> str:
    """A user of ``role``; a cardholder has a card in arrears."""
    if role is Role.CARDHOLDER:
        add_card(context)
        return sign_up(context).user_id
    authority = Authority.L2 if role in (Role.COLLECTOR, Role.SUPERVISOR) else None
    return reviewer(context, f"u-{role}", authority, role).user_id


@pytest.fixture
def refusals_in_full() -> Iterator[None]:
    """Let Streamlit say which refusal it was: readers never get to see that."""
    before = config.get_option("client.showErrorDetails")
    config.set_option("client.showErrorDetails", "full")
    yield
    config.set_option("client.showErrorDetails", before)


def run_alone(spec: PageSpec) -> AppTest:
    """The page's own script, without the frame that would not have offered it."""
    return AppTest.from_file(str(spec.path), default_timeout=30).run()


def drawn(app: AppTest) -> int:
    """Elements on the page itself, refusals aside."""
    return sum(not isinstance(node, Block) for node in app.main) - len(app.exception)


@pytest.mark.usefixtures("refusals_in_full")
@pytest.mark.parametrize(("spec", "role"), CLOSED, ids=name_of)
def test_page_of_another_role_refuses_by_itself_and_draws_nothing(
        sqlite_context: ServiceContext, browser: dict[str, str], spec: PageSpec, role: Role) -> None:
    browser[Cookies.of(sqlite_context.settings).session] = session_token(sqlite_context, user_of(sqlite_context, role))
    app = run_alone(spec)
    assert [refusal.value for refusal in app.exception] == [f"{role} may not open this page"]
    assert drawn(app) == 0


@pytest.mark.parametrize(("spec", "role"), CLOSED, ids=name_of)
def test_portal_does_not_know_the_page_of_another_role(
        sqlite_context: ServiceContext, open_as: OpenAs, spec: PageSpec, role: Role) -> None:
    app = open_as(user_of(sqlite_context, role))
    assert not app.exception
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(str(spec.path))


@pytest.mark.parametrize(("spec", "role"), OPEN, ids=name_of)
def test_page_of_ones_own_role_opens(sqlite_context: ServiceContext, open_as: OpenAs, spec: PageSpec,
                                     role: Role) -> None:
    app = open_as(user_of(sqlite_context, role), str(spec.path))
    assert not app.exception
    assert len(app.title) == 1


@pytest.mark.parametrize("spec", [spec for spec in PAGES if spec.roles], ids=name_of)
@pytest.mark.parametrize("presented", [None, "", "forged", "x" * 43])
def test_stranger_gets_nothing_of_any_page(sqlite_context: ServiceContext, browser: dict[str, str], spec: PageSpec,
                                           presented: str | None) -> None:
    fill_queue(sqlite_context, 3)
    if presented is not None:
        browser[Cookies.of(sqlite_context.settings).session] = presented
    app = run_alone(spec)
    assert [told.value for told in app.info] == [i18n.t("identity.ended.ended")]
    assert not app.exception
    assert drawn(app) == 2  # that one, and the sign to the browser's script to leave


def test_every_page_that_is_not_for_strangers_names_its_roles() -> None:
    assert {spec.key for spec in PAGES if not spec.roles} == {"sign_in", "activate"}
    assert {spec.key for spec in PAGES if spec.roles == navigation.EVERYBODY} == {"account"}


@pytest.fixture
def secrets_of_another(sqlite_context: ServiceContext) -> tuple[Actor, dict[str, str]]:
    """Another person who has asked for something; and what nobody else may read."""
    owner, sent = asked(sqlite_context, lambda account_id: extension(account_id, note="my own secret words"))
    position = accounts.overview(owner, sqlite_context, TODAY).accounts[0]
    return owner, {"account": position.account_id, "id": sent.proposal_id, "reference": sent.reference,
                   "amount": i18n.money(position.total_minor), "note": "my own secret words"}


@pytest.mark.parametrize(("page", "query"), [(OVERVIEW, "account"), (REQUEST, "account"), (ASSISTANT, "account"),
                                           (MINE, "id")])
def test_other_peoples_ids_in_the_address_lead_nowhere(
        sqlite_context: ServiceContext, open_as: OpenAs, secrets_of_another: tuple[Actor, dict[str, str]], page: str,
        query: str) -> None:
    _, secret = secrets_of_another
    # Two cards: with one, the page could show the right one by accident.
    for card in ("c2", "c3"):
        add_card(sqlite_context, person="p2", card=card)
    app = open_as(sign_up(sqlite_context, "p2").user_id, page, **{query: secret[query]})
    assert not app.exception
    with i18n.speaking("en"):
        assert i18n.t("errors.not_found") in words(app)
    for value in (secret["reference"], secret["note"]):
        assert value not in words(app)


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SUPERVISOR])
@pytest.mark.parametrize("identifier", ["nothing", "\u540d", "x" * 300, "../case"])
def test_case_that_is_none_is_said_calmly(sqlite_context: ServiceContext, open_as: OpenAs, role: Role,
                                          identifier: str) -> None:
    app = open_as(user_of(sqlite_context, role), CASE, id=identifier)
    assert not app.exception
    with i18n.speaking("en"):
        assert i18n.t("collector.case.not_found") in [told.value for told in app.info]


def test_collector_sees_nothing_of_a_case_in_nobodys_hands_but_the_way_to_take_it(
        sqlite_context: ServiceContext, open_as: OpenAs, secrets_of_another: tuple[Actor, dict[str, str]]) -> None:
    owner, secret = secrets_of_another
    app = open_as(user_of(sqlite_context, Role.COLLECTOR), CASE, id=secret["id"])
    assert not app.exception
    for value in ("Wang Fang", secret["note"], secret["reference"], secret["amount"]):
        assert value not in words(app)
    assert requests.my_request(owner, sqlite_context, secret["id"]).summary.state == "submitted"
