"""Logging: one line per event, coloured for people or JSON for machines; nothing personal in it."""

from __future__ import annotations

import logging

import structlog


def set_up_logs(*, as_json: bool) -> None:
    """Configure structlog for this process."""
    shape: structlog.typing.Processor = (structlog.processors.JSONRenderer() if as_json
                                         else structlog.dev.ConsoleRenderer(exception_formatter=_plain))
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True)]
    if as_json:
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(processors=[*processors, shape],
                        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    # Streamlit logs every uncaught page error itself, without our number; ours says it once.
    logging.getLogger("streamlit.error_util").setLevel(logging.CRITICAL)


# The rich formatter would print the values of local variables: names, incomes, passwords.
_plain = structlog.dev.plain_traceback
