"""Personal data at rest: encrypted column by column, found again by keyed hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.domain.errors import InvalidInput


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"debtor-portal {purpose}".encode()).derive(master)


@dataclass(frozen=True)
class Vault:
    """Encrypts under a named key and derives one key per purpose from the master secret."""

    master: bytes = field(repr=False)
    key_id: str = "k1"
    _fernet: Fernet = field(init=False, repr=False)
    _index_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fernet", Fernet(base64.urlsafe_b64encode(_derive(self.master, "columns"))))
        object.__setattr__(self, "_index_key", _derive(self.master, "index"))

    def encrypt(self, text: str) -> bytes:
        """``key_id:token``; the key id lets a rotation find what it has still to rewrite."""
        return f"{self.key_id}:".encode() + self._fernet.encrypt(text.encode())

    def decrypt(self, stored: bytes) -> str:
        """The plain text. Call only where it is shown to the person it belongs to, or audited.

        Raises ``InvalidInput("key_unknown")`` for what another key encrypted, whether it has another name or the same.
        """
        key_id, _, token = bytes(stored).partition(b":")
        name = key_id.decode("ascii", "backslashreplace")
        if name != self.key_id:
            raise InvalidInput("key_unknown", f"encrypted under key {name!r}, which is not loaded")
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as refusal:
            raise InvalidInput("key_unknown", f"encrypted under another secret than the one called {name!r} now, "
                               "or altered") from refusal

    def index(self, text: str, purpose: str) -> str:
        """A keyed hash by which an equal text is found; without the key it tells nothing."""
        plain = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")  # a stranger may type anything
        return hmac.new(self._index_key, plain, hashlib.sha256).hexdigest()

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for another purpose (cookies, codes), independent of the column key."""
        return _derive(self.master, purpose)
