"""Whether an address can be listened on, asked before anything else is done: a taken port is one calm line."""

from __future__ import annotations

import errno
import socket

from core.domain.errors import Conflict, InvalidInput, PortalError


def must_be_free(host: str, port: int) -> None:
    """Raise unless ``host``:``port`` can be listened on now.

    ``Conflict("port_in_use")``, or ``InvalidInput``: ``host_unknown`` (no address of this machine),
    ``port_reserved`` (below 1024, for the system).
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM,
                                                                flags=socket.AI_PASSIVE)[0]
    except socket.gaierror:
        raise _no_such_host(host) from None
    with socket.socket(family, kind, protocol) as probe:
        # As the server itself will: a port that only waits for late packets of its last owner is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as failure:
            raise _refusal(failure, host, port) from None


def _refusal(failure: OSError, host: str, port: int) -> PortalError:
    if failure.errno == errno.EADDRINUSE:
        return Conflict("port_in_use", f"{port} on {host} is taken, perhaps by a portal that runs already: stop it, or "
                        f"choose another (portal run --port {_neighbour(port)}, make run PORT={_neighbour(port)})",
                        field="--port")
    if failure.errno == errno.EACCES:
        return InvalidInput("port_reserved", f"{port} is reserved for the system: take one from 1024 on, and let the "
                            "proxy in front serve the well-known one", field="--port")
    return _no_such_host(host)


def _no_such_host(host: str) -> InvalidInput:
    return InvalidInput("host_unknown", f"{host} is no address of this machine", field="--host")


def _neighbour(port: int) -> int:
    return port + 1 if port < 65_535 else port - 1
