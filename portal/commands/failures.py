"""What a command could not do, as one calm line and an exit status: never a traceback on somebody's terminal."""

from __future__ import annotations

import os
import secrets
import sys

from core.domain.errors import PortalError, Unavailable
from core.portfolio.engines import WorkersLost

REFUSED = 2
"""Exit status for input that makes no sense and for an installation that is not ready; nothing was done."""
FAULTY = 3
"""Exit status for a fault of the program itself; the log has it under the id that the line names."""
AWAY = 75
"""Exit status when the database or the workers went away (``EX_TEMPFAIL``): run it again later."""

_LONGEST = 300


def told(failure: Exception) -> tuple[str, int]:
    """The line for ``failure`` and the exit status. A fault of the program is logged first, with its traceback."""
    if isinstance(failure, Unavailable):
        why = driver_words(failure)
        return (f"the database does not answer or is locked{f' ({why})' if why else ''}. What was finished is kept; "
                "run the same command again later."), AWAY
    if isinstance(failure, PortalError):
        where = f"{failure.field}: " if failure.field else ""
        return f"{where}{failure}", AWAY if isinstance(failure, WorkersLost) else REFUSED
    if isinstance(failure, OSError) and failure.filename is not None:
        return f"{os.fsdecode(failure.filename)}: {(failure.strerror or 'cannot be used').lower()}", REFUSED
    setting = _wrong_setting(failure)
    return (setting, REFUSED) if setting else (_logged(failure), FAULTY)


def driver_words(failure: Unavailable) -> str:
    """Why the driver says the database is away: its first line, or nothing."""
    said = getattr(failure.__cause__, "orig", None)
    lines = [line.strip() for line in str(said or "").splitlines() if line.strip()]
    return lines[0][:_LONGEST] if lines else ""


def _wrong_setting(failure: Exception) -> str:
    """The setting that ``core.settings`` refused, by its name and without its value."""
    from pydantic import ValidationError

    if not isinstance(failure, ValidationError) or failure.title != "Settings":
        return ""
    faults = failure.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in faults)[:_LONGEST]


def _variable(field: str) -> str:
    return field if field.isupper() else f"PORTAL_{field.upper()}"


def _logged(failure: Exception) -> str:
    """A person on a terminal gets the line alone; whoever collects standard error gets the traceback too."""
    import structlog

    from portal.web.logs import set_up_logs

    error_id = secrets.token_hex(4)
    line = f"something went wrong that is not your input's fault (error {error_id})."
    if sys.stderr.isatty():
        return f"{line} Run it again with 2>portal.log to keep the details."
    set_up_logs(as_json=True, to_errors=True)
    structlog.get_logger("portal").error(event="command_failed", error_id=error_id, exc_info=failure)
    return f"{line} The log has it under this id."
