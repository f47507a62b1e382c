"""What may stop the portal from serving is said first, in one line, and nothing was begun."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.errors import Conflict, InvalidInput
from core.settings import Settings
from portal.commands.listening import must_be_free
from portal.web.origins import must_be_servable


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", "from portal.cli import main; main()", "run", *options], text=True,
                          capture_output=True, timeout=60, check=False,
                          env={"PORTAL_DEMO": "1", "PORTAL_VAR_DIR": str(folder)})


def test_a_taken_port_is_one_calm_line_before_anything_is_begun(tmp_path: Path, taken_port: int) -> None:
    answer = run(tmp_path / "var", "--port", str(taken_port))
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert f"{taken_port} on 127.0.0.1 is taken" in answer.stderr
    assert "Errno" not in answer.stderr
    assert not list((tmp_path / "var").glob("*.sqlite-wal"))  # no migration, no demo


def test_the_demo_is_not_served_to_other_machines_unless_that_is_said(tmp_path: Path) -> None:
    answer = run(tmp_path / "var", "--host", "0.0.0.0")  # noqa: S104 - what is refused
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--demo-on-network" in answer.stderr


def test_who_may_be_served_where() -> None:
    demo, real = Settings(demo=True), Settings(demo=False)
    everywhere = "0.0.0.0"  # noqa: S104 - the address in question
    must_be_servable(demo, "127.0.0.1")
    must_be_servable(demo, everywhere, demo_on_network=True)
    for settings in (demo, real):
        with pytest.raises(InvalidInput):
            must_be_servable(settings, everywhere)
    with pytest.raises(InvalidInput) as refusal:
        must_be_servable(real, everywhere, demo_on_network=True)  # the word opens the demo only
    assert refusal.value.code == "public_origin_needed"


def test_a_free_port_is_free_and_a_taken_one_names_its_neighbour(taken_port: int) -> None:
    with pytest.raises(Conflict) as refusal:
        must_be_free("127.0.0.1", taken_port)
    assert f"--port {taken_port + 1 if taken_port < 65_535 else taken_port - 1}" in str(refusal.value)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = other.getsockname()[1]
    must_be_free("127.0.0.1", free)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        must_be_free(host, 8501)
    assert refusal.value.code == "host_unknown"
