"""Logging: one line per event, coloured for people or JSON for machines; nothing personal in it."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TextIO

import structlog


def set_up_logs(*, as_json: bool, to_errors: bool = False) -> None:
    """Configure structlog for this process; lines go to standard output, or to standard error.

    Whichever stream that is when a line is written, so that nobody's closed stream is kept.
    """
    shape: structlog.typing.Processor = (structlog.processors.JSONRenderer() if as_json
                                         else structlog.dev.ConsoleRenderer(exception_formatter=_write))
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True)]
    if as_json:
        processors.append(structlog.processors.ExceptionRenderer(_told))

    def lines(*_: object) -> structlog.PrintLogger:
        return structlog.PrintLogger(sys.stderr if to_errors else sys.stdout)

    structlog.configure(processors=[*processors, shape], logger_factory=lines,
                        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    # Streamlit logs every uncaught page error itself, without our number; ours says it once.
    logging.getLogger("streamlit.error_util").setLevel(logging.CRITICAL)


def _told(exc_info: structlog.typing.ExcInfo) -> str:
    """Where it failed and with what, down the chain of causes: frames, types and first lines of messages.

    Never values of local variables (names, incomes, passwords), nor a message beyond its first line:
    there a database repeats the row it refused.
    """
    parts: list[str] = []
    failure: BaseException | None = exc_info[1]
    while failure is not None:
        frames = "".join(traceback.format_tb(failure.__traceback__))
        first_line = str(failure).partition("\n")[0]
        parts.append(f"{frames}{type(failure).__module__}.{type(failure).__qualname__}: {first_line}")
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    return "\nwhich led to:\n".join(reversed(parts))


def _write(sink: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
    sink.write(f"\n{_told(exc_info)}")
