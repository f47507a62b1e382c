"""Serving: one ``st.App`` with our routes and guard around it, run by uvicorn."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
import structlog
import uvicorn
from starlette.middleware import Middleware

from core.services.context import ServiceContext
from portal import navigation
from portal.errors import on_script_error
from portal.web import options
from portal.web.document import assets, content_security_policy
from portal.web.guard import Guard
from portal.web.logs import set_up_logs
from portal.web.origins import must_be_servable
from portal.web.routes import Routes
from portal.wiring import services, use_services

SCRIPT = Path(__file__).resolve().parent.parent / "main.py"
_log = structlog.get_logger("portal")


def make_app(context: ServiceContext) -> st.App:
    """The ASGI application of this process, wired to ``context``."""
    use_services(context)
    options.apply(context)
    assets()
    content_security_policy()  # a broken document or catalogue shows now, not at the first visit
    for key in navigation.missing_pages():
        _log.error("page without a file", page=key)
    return st.App(SCRIPT, routes=Routes(context).all(), middleware=[Middleware(Guard, context=context)],
                  on_script_error=on_script_error)


def serve(host: str = "127.0.0.1", port: int = 8501, context: ServiceContext | None = None, *,
          behind_proxy: str = "127.0.0.1", demo_on_network: bool = False) -> None:
    """Serve until interrupted. ``behind_proxy``: addresses whose X-Forwarded-* headers are believed.

    Raises ``InvalidInput`` rather than serve real people without TLS, or the demo to other machines unless
    ``demo_on_network``. Several processes on ports of
    their own serve together behind a proxy that keeps a visitor with one of them.
    """
    context = context or services()
    must_be_servable(context.settings, host, demo_on_network=demo_on_network)
    set_up_logs(as_json=context.settings.log_json)
    app = make_app(context)
    uvicorn.run(app, host=host, port=port, loop="auto", log_level="warning", access_log=False, server_header=False,
                proxy_headers=True, forwarded_allow_ips=behind_proxy, ws_max_size=20 * 1024 * 1024,
                ws_ping_interval=20, ws_ping_timeout=20, timeout_graceful_shutdown=5)
