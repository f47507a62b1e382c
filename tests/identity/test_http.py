"""The portal over HTTP and websocket, through its whole middleware stack."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime import Runtime
from websockets.exceptions import InvalidStatus

from core.domain.actor import Role
from core.services import identity
from core.services.context import ServiceContext
from portal import wiring
from portal.i18n import speaking, t
from portal.web.document import content_security_policy, document
from portal.web.options import FIXED
from portal.web.server import make_app
from tests.conftest import TestTime, make_context
from tests.identity.browsing import Browser, running
from tests.services.test_identity_sign_in import GOOD, HERE, make_user

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the address that must be refused


@pytest.fixture(scope="module")
def now() -> TestTime:
    return TestTime()


@pytest.fixture(scope="module")
def portal(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, now: TestTime) -> Iterator[ServiceContext]:
    """Services on a database of this module's own, with one collector."""
    folder = tmp_path_factory.mktemp("http")
    shutil.copy(sqlite_template, folder / "portal.sqlite")
    context = make_context(f"sqlite:///{folder / 'portal.sqlite'}", now, folder)
    make_user(context)
    make_user(context, "admin.one", Role.ADMIN)
    yield context
    context.engine.dispose()


@pytest.fixture(scope="module")
def home(portal: ServiceContext) -> Iterator[str]:
    """The whole application, started once: Streamlit allows one runtime per process."""
    with running(make_app(portal)) as address:
        yield address
    wiring.use_services(None)
    Runtime._instance = None


@pytest.fixture
def client(home: str) -> Iterator[Browser]:
    browser = Browser(home)
    yield browser
    browser.session.close()


def signed_in(client: Browser, portal: ServiceContext, login: str = "li.collector") -> str:
    """Sign in as a browser does; returns the session token."""
    client.get("/")
    actor = identity.authenticate(portal, login, GOOD, HERE).actor
    ticket = identity.issue_ticket(actor, portal, client.cookies["portal_pre"])
    assert client.post("/auth/session", json={"ticket": ticket}, headers=client.same).status_code == 200
    return client.cookies["portal_sid"]


# --- headers and the document ----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/assets/portal.js", "/auth/state"])
def test_every_answer_carries_the_protective_headers(client: Browser, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == content_security_policy()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers


def test_policy_allows_no_inline_script_and_no_other_host() -> None:
    policy = dict(part.split(" ", 1) for part in content_security_policy().split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in content_security_policy()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_document_has_no_inline_script_loads_ours_before_streamlits_and_says_its_language(locale: str) -> None:
    html = document(locale)
    assert html.count("<script") == html.count(" src=")
    assert html.index("/assets/portal.js") < html.index("./static/js/index")
    assert f'<html lang="{locale.replace("_", "-")}"' in html
    assert "agent" not in html
    assert "<title>Streamlit" not in html


@pytest.mark.parametrize(("accepted", "lang"), [("zh-TW,zh;q=0.9", "zh-CN"), ("en-GB,en;q=0.9", "en"), ("", "zh-CN")])
def test_document_speaks_the_browsers_language(client: Browser, accepted: str, lang: str) -> None:
    assert f'<html lang="{lang}"' in client.get("/", accept_language=accepted).text


def test_chosen_language_comes_before_the_browsers(client: Browser) -> None:
    client.session.cookies.set("portal_language", "zh_CN")
    assert '<html lang="zh-CN"' in client.get("/", accept_language="en").text


def test_strict_transport_security_and_host_cookies_come_with_tls(portal: ServiceContext) -> None:
    from starlette.responses import Response

    from portal.web.cookies import Cookies

    cookies = Cookies.of(portal.settings.model_copy(update={"public_origin": "https://portal.example.com"}))
    response = Response()
    cookies.put(response, cookies.session, "value")
    assert response.headers["set-cookie"].startswith("__Host-portal_sid=value;")
    for flag in ("HttpOnly", "Secure", "Path=/", "SameSite=strict"):
        assert flag in response.headers["set-cookie"]
    assert "Domain" not in response.headers["set-cookie"]


# --- what is there and what is not -------------------------------------------------------------


@pytest.mark.parametrize("path", [
    "/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/script-health-check",
    "/_stcore/upload_file/x/y", "/media/abc.csv", "/component/x/index.html", "/manifest.json", "/nowhere",
    "/oauth2callback", "/.env", "/static/../../etc/passwd", "/overview/secret", "/auth/login", "/auth/logout",
    "/auth/anything", "/static/index.html",
])
def test_strangers_find_nothing_beside_the_front_end(client: Browser, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize(("accepted", "chosen", "locale"), [
    ("zh-CN", None, "zh_CN"), ("en-GB", None, "en"), ("en-GB", "zh_CN", "zh_CN"), ("", "../etc", "zh_CN")])
def test_mistyped_address_answers_with_a_page_in_the_readers_language_and_the_way_home(
        client: Browser, accepted: str, chosen: str | None, locale: str) -> None:
    if chosen:
        client.session.cookies.set("portal_language", chosen)
    answer = client.get("/overveiw", accept="text/html,*/*;q=0.8", accept_language=accepted)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == content_security_policy()
    answer.encoding = "utf-8"
    with speaking(locale):
        assert t("common.lost.title") in answer.text
    assert 'href="/"' in answer.text
    assert "<script" not in answer.text
    assert "overveiw" not in answer.text  # nothing of the address comes back


def test_a_program_that_asks_for_nothing_there_gets_no_page(client: Browser) -> None:
    assert client.get("/nowhere").content == b""


def test_media_is_not_there_for_strangers_but_streamlit_answers_members(
        client: Browser, portal: ServiceContext) -> None:
    assert client.get("/media/unknown.png").content == b""
    signed_in(client, portal)
    assert client.get("/media/unknown.png").status_code == 404


def test_stranger_asking_for_a_page_signs_in_first_and_comes_back(client: Browser) -> None:
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?next=account")


def test_page_of_another_role_leads_to_ones_own_start(client: Browser, portal: ServiceContext) -> None:
    signed_in(client, portal)
    answer = client.get("/users")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/statistics").status_code == 303


def test_health_is_open_and_readiness_asks_the_database(
        client: Browser, portal: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").text == "ok"
    from core.domain.errors import Unavailable
    from portal.web import routes

    def gone(_: ServiceContext) -> bool:
        raise Unavailable("gone")

    monkeypatch.setattr(routes, "is_ready", gone)
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "not ready")
    assert client.get("/healthz").status_code == 200


# --- the session cookie ------------------------------------------------------------------------


def test_ticket_becomes_an_http_only_cookie_and_the_binding_changes(client: Browser, portal: ServiceContext) -> None:
    client.get("/")
    before = client.cookies["portal_pre"]
    actor = identity.authenticate(portal, "li.collector", GOOD, HERE).actor
    ticket = identity.issue_ticket(actor, portal, before)
    answer = client.post("/auth/session", json={"ticket": ticket}, headers=client.same)
    cookie = next(value for value in answer.raw.headers.getlist("set-cookie") if value.startswith("portal_sid="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.cookies["portal_pre"] != before
    assert client.get("/auth/state").json()["signed_in"] is True
    assert client.post("/auth/session", json={"ticket": ticket}, headers=client.same).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "http://127.0.0.1:1"},
                                     {"origin": "https://127.0.0.1"}, {"origin": "null"},
                                     {"origin": "http://127.0.0.1.evil.example"}])
@pytest.mark.parametrize("path", ["/auth/session", "/auth/sign-out", "/auth/keep-alive"])
def test_other_sites_change_nothing(
        client: Browser, portal: ServiceContext, path: str, headers: dict[str, str]) -> None:
    signed_in(client, portal)
    assert client.post(path, json={"ticket": "x"}, headers=headers).status_code == 403
    assert client.get("/auth/state").json()["signed_in"] is True


@pytest.mark.parametrize(("content", "content_type"), [
    (b"", "application/json"), (b"{", "application/json"), (b"[]", "application/json"),
    (b'{"ticket": 7}', "application/json"), (b"x" * 5_000, "application/json"), (b"ticket=x", "text/plain"),
    (b'{"ticket": "x"}', "application/x-www-form-urlencoded"), (b"\xff\xfe", "application/json"),
])
def test_malformed_tickets_are_refused(client: Browser, content: bytes, content_type: str) -> None:
    answer = client.post("/auth/session", data=content, headers={**client.same, "content-type": content_type})
    assert answer.status_code == 400


@pytest.mark.parametrize("ticket", [b'"unknown"', b'"\\ud800"', b'"' + b"x" * 900 + b'"'])
def test_unknown_tickets_open_nothing(client: Browser, ticket: bytes) -> None:
    answer = client.post("/auth/session", data=b'{"ticket": ' + ticket + b"}",
                         headers={**client.same, "content-type": "application/json"})
    assert answer.status_code == 403


def test_signing_out_ends_the_session_and_drops_the_cookie(client: Browser, portal: ServiceContext) -> None:
    token = signed_in(client, portal)
    assert client.post("/auth/sign-out", headers=client.same).status_code == 200
    assert "portal_sid" not in client.cookies
    assert identity.resolve_session(portal, token) is None


def test_state_counts_down_without_prolonging_and_words_come_with_the_warning(
        client: Browser, portal: ServiceContext, now: TestTime) -> None:
    signed_in(client, portal)
    client.session.cookies.set("portal_language", "en")
    assert client.get("/auth/state").json() == {"signed_in": True, "seconds": 900, "warn_at": 120}
    now.advance(minutes=13, seconds=30)
    state = client.get("/auth/state").json()
    assert state["seconds"] == 90
    assert state["words"]["title"] == "Are you still there?"
    assert client.post("/auth/keep-alive", headers=client.same).json()["seconds"] == 900
    now.advance(minutes=15)
    assert client.get("/auth/state").json() == {"signed_in": False}


# --- the websocket -----------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [None, "https://evil.example", "http://localhost:3000", "http://127.0.0.1:81",
                                    "null", "http://127.0.0.1@evil.example"])
def test_websocket_opens_for_our_own_pages_only(client: Browser, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        client.stream(origin=origin)
    assert refusal.value.response.status_code == 403
    assert client.stream()


def test_no_other_websocket_exists(client: Browser) -> None:
    with pytest.raises(InvalidStatus):
        client.stream(path="/other")


def test_streamlit_session_is_taken_up_again_by_the_same_browser_only(
        client: Browser, portal: ServiceContext) -> None:
    signed_in(client, portal)
    mine = client.stream()
    assert client.stream(existing=mine) == mine
    client.session.cookies.clear()
    signed_in(client, portal, "admin.one")
    assert client.stream(existing=mine) != mine
    client.session.cookies.clear()
    assert client.stream(existing=mine) != mine


def test_client_cannot_claim_somebody_elses_binding(client: Browser, portal: ServiceContext) -> None:
    import hashlib

    token = signed_in(client, portal)
    mine = client.stream()
    binding = hashlib.sha256(f"{token}\0{client.cookies['portal_pre']}".encode()).hexdigest()
    client.session.cookies.clear()
    assert client.stream(existing=mine, **{"x-portal-binding": binding}) != mine


# --- settings that must hold wherever the server was started -----------------------------------


def test_streamlits_protective_settings_are_in_force(home: str) -> None:
    from streamlit import config

    for name, value in FIXED.items():
        assert config.get_option(name) == value, name
    assert len(config.get_option("server.cookieSecret")) >= 32


def test_real_people_are_not_served_without_tls(portal: ServiceContext) -> None:
    from core.domain.errors import InvalidInput
    from portal.web.origins import must_be_servable

    real = portal.settings.model_copy(update={"demo": False})
    with pytest.raises(InvalidInput):
        must_be_servable(real, EVERYWHERE)
    with pytest.raises(InvalidInput):
        must_be_servable(real.model_copy(update={"public_origin": "http://portal.example.com"}), EVERYWHERE)
    must_be_servable(real.model_copy(update={"public_origin": "https://portal.example.com"}), EVERYWHERE)
    must_be_servable(real, "127.0.0.1")


def test_uncaught_errors_show_a_number_and_never_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from portal import errors, i18n

    shown: list[str] = []
    monkeypatch.setattr(errors.st, "error", shown.append)
    with i18n.speaking("en"):
        assert errors.on_script_error(RuntimeError("password=hunter2")) is True
    assert "hunter2" not in shown[0]
    assert "RuntimeError" not in shown[0]
    assert "quote the number" in shown[0]


def test_sentence_that_wants_a_figure_it_does_not_get_is_not_shown_with_braces() -> None:
    from core.domain.errors import InvalidInput
    from portal import errors, i18n

    with i18n.speaking("en"):
        told = errors.explain(InvalidInput("persons_out_of_range"))  # its text has {lowest} and {highest}
        assert told == i18n.t("errors.general")


@pytest.mark.parametrize(("locale", "words"), [("en", "nothing was saved"), ("zh_CN", "errors.")])
def test_database_away_is_said_calmly_in_the_readers_language(
        monkeypatch: pytest.MonkeyPatch, locale: str, words: str) -> None:
    from core.domain.errors import Unavailable
    from portal import errors, i18n

    shown: list[str] = []
    monkeypatch.setattr(errors.st, "error", shown.append)
    with i18n.speaking(locale):
        assert errors.on_script_error(Unavailable("OperationalError")) is True
    assert (words in shown[0]) is (locale == "en")
    assert "OperationalError" not in shown[0]


def test_database_that_cannot_be_reached_is_unavailable_not_a_traceback(tmp_path: Path, now: TestTime) -> None:
    from core.bootstrap import is_ready
    from core.domain.errors import Unavailable

    away = make_context("postgresql+psycopg://nobody@127.0.0.1:1/none", now, tmp_path)
    with pytest.raises(Unavailable):
        is_ready(away)
    with pytest.raises(Unavailable):
        identity.resolve_session(away, "some token")
    away.engine.dispose()
