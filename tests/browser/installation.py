"""A portal as a person runs it: the installed command, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORTAL = Path(sys.executable).with_name("portal")


@dataclass
class Server:
    """A running portal: its address, its environment and its process."""

    address: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    def portal(self, *arguments: str) -> str:
        """Run another command of the same installation."""
        done = subprocess.run([str(PORTAL), *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=180, check=True)
        return done.stdout

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo_environment(folder: Path, database_url: str = "") -> dict[str, str]:
    """The environment of a demo that keeps its files in ``folder``; nothing of the developer's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {"PORTAL_DEMO": "1", "PORTAL_VAR_DIR": str(folder), "DATABASE_URL": database_url}


def start_portal(folder: Path, database_url: str = "", accounts: int = 0, *,
                 environment: dict[str, str] | None = None) -> Server:
    """Serve ``folder`` (or ``database_url``) on a free port, after loading a demo of ``accounts`` if any."""
    environment = environment or demo_environment(folder, database_url)
    if accounts:
        for arguments in (["db", "upgrade"], ["demo", "load", "--accounts", str(accounts)]):
            subprocess.run([str(PORTAL), *arguments], env=environment, check=True, capture_output=True, timeout=240)
    port, log = free_port(), folder / "portal.log"
    with log.open("wb") as output:
        process = subprocess.Popen([str(PORTAL), "run", "--port", str(port)], env=environment, stdout=output,
                                   stderr=subprocess.STDOUT, cwd=ROOT)
    server = Server(f"http://127.0.0.1:{port}", environment, process, log)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{server.address}/readyz", timeout=2) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return server
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the portal did not start: {log.read_text()}")
