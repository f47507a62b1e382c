"""The services of this process, wired once. Several processes may serve at a time; none keeps state that matters."""

from __future__ import annotations

from threading import Lock

from core import bootstrap
from core.services.context import ServiceContext

_lock = Lock()
_context: ServiceContext | None = None


def services() -> ServiceContext:
    """The wired services; from the environment on first use."""
    global _context
    with _lock:
        if _context is None:
            _context = bootstrap.start()
        return _context


def use_services(context: ServiceContext | None) -> None:
    """Serve with ``context`` from here on (``portal run``, tests); None forgets it."""
    global _context
    with _lock:
        _context = context
