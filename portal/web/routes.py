"""Our own HTTP routes beside Streamlit's: the document, the session cookie, health."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.bootstrap import is_ready
from core.domain.errors import PortalError, Unavailable
from core.services import identity
from core.services.context import ServiceContext
from core.services.identity import LiveSession
from core.services.identity.people import new_token
from core.services.identity.sessions import WARNING
from portal import i18n, navigation
from portal.web.cookies import LANGUAGE, Cookies, locale_of
from portal.web.document import assets, document

_LONGEST_BODY = 1_000
_IMMUTABLE = "public, max-age=31536000, immutable"


class Routes:
    """The routes of one wired portal."""

    def __init__(self, context: ServiceContext) -> None:
        self.context = context
        self.cookies = Cookies.of(context.settings)

    def all(self) -> list[Route]:
        """In Starlette's form; every path beside these and Streamlit's own is refused."""
        pages = sorted({spec.key for spec in navigation.PAGES})
        return [
            Route("/", self.start, methods=["GET"]),
            *(Route(f"/{key}", self.start, methods=["GET"]) for key in pages),
            Route("/assets/{name}", self.asset, methods=["GET"]),
            Route("/auth/session", self.open_session, methods=["POST"]),
            Route("/auth/sign-out", self.sign_out, methods=["POST"]),
            Route("/auth/state", self.state, methods=["GET"]),
            Route("/auth/keep-alive", self.keep_alive, methods=["POST"]),
            Route("/healthz", self.alive, methods=["GET"]),
            Route("/readyz", self.ready, methods=["GET"]),
        ]

    async def start(self, request: Request) -> Response:
        """The document for a page this reader may open; else the way to one."""
        key = request.url.path.strip("/")
        try:
            live = await self._session(request, touch=False)
        except Unavailable:
            live = None  # the page itself will say so, calmly and with a retry
        else:
            elsewhere = _elsewhere(key, live, request)
            if elsewhere:
                return RedirectResponse(elsewhere, status_code=303)
        response = HTMLResponse(document(self._locale(request, live)), headers={
            "Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"})
        if not request.cookies.get(self.cookies.browser):
            self.cookies.put(response, self.cookies.browser, new_token())
        return response

    async def asset(self, request: Request) -> Response:
        """A static file of ours."""
        found = assets().get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("not found", status_code=404)
        return Response(found.body, media_type=found.media_type, headers={"Cache-Control": _IMMUTABLE})

    async def open_session(self, request: Request) -> Response:
        """A one-time ticket in the body becomes the session cookie."""
        body = await _small_json(request)
        ticket = body.get("ticket") if body else None
        if not isinstance(ticket, str):
            return _refused(400)
        try:
            token = await run_sync(identity.redeem_ticket, self.context, ticket,
                                   request.cookies.get(self.cookies.browser, ""),
                                   request.cookies.get(self.cookies.session))
        except Unavailable:
            return _refused(503)
        except PortalError:
            return _refused(403)
        response = _done()
        self.cookies.put(response, self.cookies.session, token)
        # The next sign-in in this browser gets a new binding.
        self.cookies.put(response, self.cookies.browser, new_token())
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session behind the cookie, and drop the cookie."""
        try:
            await run_sync(identity.sign_out, self.context, request.cookies.get(self.cookies.session))
        except Unavailable:
            return _refused(503)  # the cookie stays: dropping it would only look like signing out
        response = _done()
        self.cookies.drop(response, self.cookies.session)
        return response

    async def state(self, request: Request) -> Response:
        """Whether this browser is signed in and for how long; asking does not prolong it."""
        return await self._state(request, touch=False)

    async def keep_alive(self, request: Request) -> Response:
        """The reader says they are still there."""
        return await self._state(request, touch=True)

    async def _state(self, request: Request, *, touch: bool) -> Response:
        try:
            live = await self._session(request, touch=touch)
        except Unavailable:
            return _refused(503)
        if live is None:
            return JSONResponse({"signed_in": False}, headers={"Cache-Control": "no-store"})
        left = (live.ends_at - self.context.clock.now()).total_seconds()
        answer: dict[str, Any] = {"signed_in": True, "seconds": max(0, math.ceil(left)),
                                  "warn_at": int(WARNING.total_seconds())}
        if left <= WARNING.total_seconds():
            with i18n.speaking(self._locale(request, live)):
                answer["words"] = {name: i18n.t(f"identity.idle.{name}")
                                   for name in ("title", "text", "stay", "leave", "last")}
            answer["for_good"] = live.ends_at == live.ends_for_good_at
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def alive(self, request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})

    async def ready(self, request: Request) -> Response:
        """The database answers too, at this version's schema."""
        try:
            ready = await run_sync(is_ready, self.context)
        except Unavailable:
            ready = False
        # No detail: health is asked by strangers too.
        return PlainTextResponse("ok" if ready else "not ready", status_code=200 if ready else 503,
                                 headers={"Cache-Control": "no-store"})

    async def _session(self, request: Request, *, touch: bool) -> LiveSession | None:
        token = request.cookies.get(self.cookies.session)
        return await run_sync(lambda: identity.resolve_session(self.context, token, touch=touch))

    def _locale(self, request: Request, live: LiveSession | None) -> str:
        chosen = request.cookies.get(LANGUAGE) or (live.person.locale if live else None)
        return locale_of(chosen, request.headers.get("accept-language"))


def _elsewhere(key: str, live: LiveSession | None, request: Request) -> str | None:
    """Where to send a reader who may not open ``key`` now; None: nowhere, they may."""
    allowed = [spec.key for spec in navigation.specs_for(live.person.actor.role if live else None)]
    if key and allowed and key == allowed[0]:
        query = f"?{request.url.query}" if request.url.query else ""
        return f"/{query}"  # the first page lives at the root
    if key and key not in allowed:
        # Signing in leads back to the page that was asked for.
        return f"/?{urlencode({'next': key})}" if live is None else "/"
    return None


async def _small_json(request: Request) -> dict[str, Any] | None:
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            return None
    try:
        parsed = json.loads(body)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _refused(status: int) -> Response:
    return JSONResponse({"ok": False}, status_code=status, headers={"Cache-Control": "no-store"})


def _done() -> Response:
    return JSONResponse({"ok": True}, headers={"Cache-Control": "no-store"})
