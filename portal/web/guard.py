"""The outermost layer: what may be asked for at all, by whom, and the headers every answer carries."""

from __future__ import annotations

import hashlib
from http.cookies import CookieError, SimpleCookie

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.domain.errors import Unavailable
from core.services import identity
from core.services.context import ServiceContext
from portal import navigation
from portal.session import ADDRESS_HEADER
from portal.web.cookies import LANGUAGE, Cookies, locale_of
from portal.web.document import content_security_policy, lost
from portal.web.options import BINDING_HEADER
from portal.web.origins import Origins

OPEN_TO_ALL = frozenset({"/", "/healthz", "/readyz", "/_stcore/health", "/_stcore/host-config", "/auth/session",
                         "/auth/sign-out", "/auth/state", "/auth/keep-alive"})
"""Beside these: pages, our assets and Streamlit's front end. What is not named here is not there."""
_OPEN_FOLDERS = ("/assets/", "/static/")
_STOCK_DOCUMENT = "/static/index.html"
"""Streamlit's own start page, without our language, script and style."""
_SIGNED_IN_FOLDERS = ("/media/", "/_stcore/upload_file/")
_WEBSOCKET = "/_stcore/stream"
_NOT_FOUND = 404
_READING = frozenset({"GET", "HEAD"})
_OURS = tuple(name.lower().encode() for name in (BINDING_HEADER, ADDRESS_HEADER))

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With "no-referrer" browsers would send "Origin: null" and no form could pass the origin check.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}


class Guard:
    """ASGI middleware; first in the stack, so that nothing else sees what it refuses."""

    def __init__(self, app: ASGIApp, context: ServiceContext) -> None:
        self.app = app
        self.context = context
        self.cookies = Cookies.of(context.settings)
        self.origins = Origins.of(context.settings)
        self.pages = frozenset(f"/{spec.key}" for spec in navigation.PAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with our own headers in place of whatever the client claimed."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy()
                headers.update(_HEADERS)
                if self.cookies.secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
                if "server" in headers:
                    del headers["server"]
            await send(message)

        if refusal:
            kind, body = self._answer(refusal, Headers(scope=scope))
            await with_headers({"type": "http.response.start", "status": refusal,
                                "headers": [(b"content-type", kind), (b"cache-control", b"no-store")]})
            await with_headers({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
            return
        await self.app(self._marked(scope), receive, with_headers)

    def _answer(self, refusal: int, headers: Headers) -> tuple[bytes, bytes]:
        """Media type and body of a refusal: a page for somebody who mistyped an address, nothing for anything else."""
        if refusal != _NOT_FOUND or "text/html" not in headers.get("accept", ""):
            return b"text/plain", b""
        locale = locale_of(self._cookie(headers, LANGUAGE), headers.get("accept-language"))
        return b"text/html; charset=utf-8", lost(locale).encode()

    async def _refusal(self, scope: Scope) -> int | None:
        path, method = scope["path"], scope["method"]
        headers = Headers(scope=scope)
        for_members = path.startswith(_SIGNED_IN_FOLDERS)
        open_to_all = path in OPEN_TO_ALL or path in self.pages or path.startswith(_OPEN_FOLDERS)
        if not (for_members or open_to_all) or path == _STOCK_DOCUMENT:
            return _NOT_FOUND
        if method not in _READING and not self._same_origin(scope, headers):
            return 403
        if for_members:
            try:
                live = await run_sync(lambda: identity.resolve_session(
                    self.context, self._cookie(headers, self.cookies.session), touch=False))
            except Unavailable:
                return 503
            if live is None:
                return _NOT_FOUND
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["path"] != _WEBSOCKET or not self._same_origin(scope, headers):
            await receive()  # the connect event must be taken before it can be refused
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(self._marked(scope), receive, send)

    def _same_origin(self, scope: Scope, headers: Headers) -> bool:
        return self.origins.allows(headers.get("origin"), headers.get("host"),
                                   secure=scope["scheme"] in ("https", "wss"))

    def _marked(self, scope: Scope) -> Scope:
        """The scope with our identity headers: a fingerprint of the browser's cookies, and its address."""
        headers = Headers(scope=scope)
        presented = "\0".join(self._cookie(headers, name) or ""
                              for name in (self.cookies.session, self.cookies.browser))
        client = scope.get("client")
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in _OURS]
        ours = [(BINDING_HEADER.lower().encode(), hashlib.sha256(presented.encode()).hexdigest().encode()),
                (ADDRESS_HEADER.lower().encode(), str(client[0] if client else "unknown").encode("latin-1"))]
        return {**scope, "headers": [*kept, *ours]}

    @staticmethod
    def _cookie(headers: Headers, name: str) -> str | None:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(name)
        except CookieError:
            return None
        return morsel.value if morsel else None
