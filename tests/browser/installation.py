"""A portal as a person runs it: the installed command, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORTAL = Path(sys.executable).with_name("portal")


@dataclass
class Server:
    """An installation that is served at ``port``: its environment, its log, and its process once it runs."""

    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://127.0.0.1:{self.port}"

    def portal(self, *arguments: str) -> str:
        """Run another command of the same installation."""
        done = subprocess.run([str(PORTAL), *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=180, check=True)
        return done.stdout

    def start(self) -> None:
        """Serve, and wait until the portal says that it is ready."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen([str(PORTAL), "run", "--port", str(self.port)], env=self.environment,
                                            stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        deadline = time.monotonic() + 120
        while self.readiness() != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, f"the portal did not start: {self.log.read_text()}"
            time.sleep(0.1)

    def readiness(self) -> int:
        """The status /readyz answers with; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=20) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0

    def stop(self) -> None:
        """End the process, as a host would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
            self.process = None


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
    server = Server(free_port(), environment, folder / "portal.log")
    server.start()
    return server
