"""A browser without a screen: cookies, an origin, and Streamlit's websocket, against a real server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import uvicorn
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class Browser:
    """One browser at ``home``, with cookies of its own."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.session = requests.Session()

    @property
    def same(self) -> dict[str, str]:
        """The header a browser sends with what our own pages ask for."""
        return {"Origin": self.home}

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.session.cookies.items())

    def get(self, path: str, **headers: str) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.get(self.home + path, headers=given, allow_redirects=False, timeout=20)

    def post(self, path: str, headers: dict[str, str], **body: Any) -> requests.Response:
        return self.session.post(self.home + path, headers=headers, allow_redirects=False, timeout=20, **body)

    def stream(self, *, origin: str | None = "", existing: str = "", path: str = "/_stcore/stream",
               **headers: str) -> str:
        """Open Streamlit's websocket, run the script, and return the Streamlit session's id."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        protocols = ["streamlit", "none", existing] if existing else ["streamlit"]
        with connect(self.home.replace("http", "ws") + path, origin=self.home if origin == "" else origin,
                     subprotocols=protocols, additional_headers=given, proxy=None,
                     close_timeout=1) as channel:
            channel.send(BackMsg(rerun_script=ClientState()).SerializeToString())
            while True:
                message = ForwardMsg.FromString(channel.recv(timeout=20))
                if message.WhichOneof("type") == "new_session":
                    return str(message.new_session.initialize.session_id)


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve ``app`` on a free port of this machine; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False,
                                           server_header=False, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)
