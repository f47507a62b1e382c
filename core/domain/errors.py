"""Every refusal the core can utter.

    PortalError                      code, field, data; never a sentence for the reader
    ├── InvalidInput                 missing, malformed, negative, out of range, contradictory
    ├── PolicyMissing                no value for this parameter on this date
    ├── IllegalTransition            the life cycle has no such step from here
    ├── AuthorityExceeded            allowed, but by somebody with more authority
    ├── NotPermitted                 this actor may not do or see this
    ├── NotFound                     no such object, or not this actor's: the two look the same
    ├── Conflict                     somebody else was first (version, claim, idempotency key)
    └── Unavailable                  the database is locked or gone; nothing was written

The portal turns ``code`` into calm words in the reader's language (message ``errors.<code>``) and
fills it from ``data``. The ``message`` here is English for logs, the command line and integrators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PortalError(Exception):
    """Base of all typed errors: a code for words, a field to point at, and data to fill them."""

    def __init__(self, code: str, message: str = "", *, field: str | None = None, **data: Any) -> None:
        super().__init__(message or code)
        self.code = code
        self.field = field
        self.data: Mapping[str, Any] = data

    def __reduce__(self) -> tuple[Any, ...]:
        """Refusals cross from worker processes whole, whatever their constructors ask for."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[PortalError], arguments: tuple[Any, ...], state: Mapping[str, Any]) -> PortalError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(state)
    return error


class InvalidInput(PortalError):
    """The input is missing, malformed, negative, non-finite, out of range or contradictory."""


class PolicyMissing(PortalError):
    """No policy value for ``parameter`` on ``on``: a missing date is never guessed."""

    def __init__(self, parameter: str, on: object) -> None:
        super().__init__("policy_missing", f"no value of {parameter} is in force on {on}",
                         parameter=parameter, on=str(on))


class IllegalTransition(PortalError):
    """``event`` does not lead anywhere from ``state``."""

    def __init__(self, life_cycle: str, state: str, event: str) -> None:
        super().__init__("illegal_transition", f"{life_cycle}: no {event} from {state}",
                         life_cycle=life_cycle, state=state, event=event)


class AuthorityExceeded(PortalError):
    """The decision needs ``needed``; the actor holds ``held``."""

    def __init__(self, needed: str, held: str, limit: str) -> None:
        super().__init__("authority_exceeded", f"{limit} needs {needed}, the actor holds {held}",
                         needed=needed, held=held, limit=limit)


class NotPermitted(PortalError):
    """This actor's role may not use this command or query."""

    def __init__(self, action: str, role: str) -> None:
        super().__init__("not_permitted", f"{role} may not {action}", action=action, role=role)


class NotFound(PortalError):
    """No such object for this actor. Another person's object answers the same: no oracle."""

    def __init__(self, kind: str) -> None:
        super().__init__("not_found", f"no such {kind}", kind=kind)


class Conflict(PortalError):
    """Somebody else changed, claimed or used it first."""


class Unavailable(PortalError):
    """The database could not be reached or stayed locked; nothing was written."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("unavailable", f"database unavailable: {detail}" if detail else "database unavailable")
