"""streamlit-authenticator as the login contract, with our own eyes, memory and sessions behind it.

What is used of the library: its controller's ``login`` and ``logout``, its model's session_state keys
(``authentication_status``, ``username``, ``name``, ``roles``, ``email``, ``logout``) and its
``LoginError``. What is not: its hashing (an unknown user returns at once), its counters (in memory),
its cookie (readable by scripts, not revocable), its other widgets. ``tests/identity/test_adapter.py``
fixes every attribute relied on; the version is pinned exactly.
"""

from __future__ import annotations

from typing import Any

from core.domain.errors import InvalidInput
from core.services import identity
from core.services.context import ServiceContext
from core.services.identity import Person
from portal.identity.library import AuthenticationController, AuthenticationModel, LoginError

STATE_KEYS = ("authentication_status", "username", "name", "roles", "email", "logout")
"""What the library keeps in ``st.session_state``."""


class OnePersonModel(AuthenticationModel):  # type: ignore[misc]  # the library ships no types
    """Knows nobody until a password was verified, then that one person for one call."""

    def __init__(self, context: ServiceContext, password: str, address: str) -> None:
        super().__init__(credentials={"usernames": {}}, auto_hash=False)
        self._context = context
        # The controller strips blanks off what it passes on; a password is what was typed.
        self._password = password
        self._address = address
        self.person: Person | None = None

    def check_credentials(self, username: str, password: str) -> bool:
        """Ask the identity service; on success let the library see this one person."""
        try:
            self.person = identity.authenticate(self._context, username, self._password, self._address)
        except InvalidInput:
            return False
        self.credentials["usernames"][username] = _as_entry(self.person)
        return True


def _as_entry(person: Person) -> dict[str, Any]:
    return {"name": person.display_name, "roles": [person.actor.role.value], "email": None}


def _controller(model: AuthenticationModel) -> AuthenticationController:
    controller = AuthenticationController(credentials={"usernames": {}}, auto_hash=False)
    controller.authentication_model = model
    return controller


def sign_in(context: ServiceContext, login: str, password: str, address: str) -> Person:
    """The person behind login and password, now in the library's session_state too.

    Raises the library's ``LoginError`` for whatever was wrong: which of it is not told.
    """
    model = OnePersonModel(context, password, address)
    # Blanks only would be no credentials at all to the controller: they count as a failed attempt here.
    if not _controller(model).login(login.strip() or "-", password if password.strip() else "-"):
        raise LoginError("sign_in_failed")
    if model.person is None:
        raise LoginError("sign_in_failed")
    return model.person


def restore(person: Person) -> None:
    """Fill the library's session_state for a person whose server session was just found live."""
    model = AuthenticationModel(credentials={"usernames": {person.login: _as_entry(person)}}, auto_hash=False)
    _controller(model).login(token={"username": person.login})


def forget() -> None:
    """Empty the library's session_state."""
    _controller(AuthenticationModel(credentials={"usernames": {}}, auto_hash=False)).logout()
