"""The embedded database is its owner's alone: names are encrypted in it, balances are not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.bootstrap import start, upgrade_database
from core.db.engine import make_engine
from core.settings import Settings


@pytest.fixture
def careless_umask() -> Iterator[None]:
    before = os.umask(0o002)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("careless_umask")
def test_the_database_its_side_files_and_its_folder_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    context = start(Settings(DATABASE_URL="", demo=True, var_dir=folder))
    upgrade_database(context)
    assert mode(folder) == 0o700
    with context.reading() as connection:
        connection.execute(sa.text("SELECT 1"))
        files = {path.name: mode(path) for path in folder.iterdir()}
    context.engine.dispose()
    assert {"portal.sqlite", "portal.sqlite-wal", "portal.sqlite-shm", "secret.key"} <= set(files)
    assert set(files.values()) == {0o600}


def test_a_database_others_could_read_is_closed_to_them_and_a_shared_folder_stays_as_it_is(tmp_path: Path) -> None:
    files = [tmp_path / "portal.sqlite", tmp_path / "portal.sqlite-wal"]
    for file in files:
        file.touch(mode=0o644)
    tmp_path.chmod(0o755)
    make_engine(f"sqlite:///{files[0]}").dispose()
    assert ([mode(file) for file in files], mode(tmp_path)) == ([0o600, 0o600], 0o755)
