"""The ASGI application, for servers other than ``portal run``: ``uvicorn portal.app:app``."""

from portal.web.server import make_app
from portal.wiring import services

app = make_app(services())
