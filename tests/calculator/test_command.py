"""``portal calc`` as an integrator meets it: exit status, standard output, and nothing else loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

BUCKET = b'{"days_past_due": 30}'


def calc(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", "from portal.cli import main; main()", "calc", *arguments],
                          input=data, capture_output=True, timeout=60, check=False)


def test_a_result_is_json_with_status_zero() -> None:
    run = calc("bucket", data=BUCKET)
    assert (run.returncode, run.stderr) == (0, b"")
    assert json.loads(run.stdout)["bucket"] == "M1"


@pytest.mark.parametrize(("arguments", "data"), [
    (("bucket",), b""), (("bucket",), b'{"days_past_due": -1}'), (("fortunes",), BUCKET), ((), BUCKET),
    (("bucket",), b'{"days_past_due": ' + b"1" * 2_000_000 + b"}"), (("fortunes", "--schema"), b"")])
def test_a_refusal_is_json_with_status_two_and_no_traceback(arguments: tuple[str, ...], data: bytes) -> None:
    run = calc(*arguments, data=data)
    assert run.returncode == 2
    assert set(json.loads(run.stdout)["error"]) == {"code", "field", "message"}
    assert run.stderr == b""


@pytest.mark.parametrize("arguments", [("bucket", "--schema"), ("--schema", "bucket")])
def test_the_schema_is_printed_without_reading_input(arguments: tuple[str, ...]) -> None:
    described = json.loads(calc(*arguments).stdout)
    assert set(described) == {"kind", "input", "output"}


def test_the_command_loads_neither_database_nor_web_nor_frames() -> None:
    program = ("import sys; sys.argv = ['portal', 'calc', 'schedule', '--schema']\n"
               "from portal.cli import main\n"
               "try: main()\n"
               "except SystemExit: pass\n"
               "loaded = {'sqlalchemy', 'streamlit', 'pandas', 'numpy', 'starlette', 'core.db', 'chinese_calendar'}\n"
               "print(sorted(loaded & set(sys.modules)), file=sys.stderr)")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=True)
    assert run.stderr.strip() == b"[]"
