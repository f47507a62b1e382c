"""What is logged of a failure: where and what kind, never what was typed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from portal.web.logs import set_up_logs

REFUSED = "null value in column\nDETAIL: Failing row contains (Zhang, 13800000000)"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def fail(_typed: str) -> None:
    try:
        raise KeyError("inner")
    except KeyError as cause:
        raise ValueError(REFUSED) from cause


@pytest.mark.parametrize("as_json", [True, False])
def test_log_has_frames_and_kinds_but_no_rows_and_no_local_values(as_json: bool,
                                                                  capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(as_json=as_json)
    typed = f"income of {9_000}"
    try:
        fail(typed)
    except ValueError as failure:
        structlog.get_logger("portal").error("unexpected", error_id="1", exc_info=failure)
    told = capsys.readouterr().out
    if as_json:
        told = json.loads(told)["exception"]
    assert "builtins.ValueError: null value in column" in told
    assert told.index("KeyError") < told.index("ValueError")
    assert "in fail" in told
    for private in ("Zhang", "13800000000", "9000"):
        assert private not in told
