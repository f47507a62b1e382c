"""Settings from the environment, typed and checked once at start."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.domain.errors import InvalidInput

SMALLEST_SECRET = 32
_DIALLED = re.compile(r"|[0-9+() -]{3,30}", re.ASCII)
_DEMO_LINE = "400-000-0000"


class Settings(BaseSettings):
    """Every knob of an installation. ``docs/operations.md`` has a heading for each."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore", populate_by_name=True)

    database_url: str = Field(default="", alias="DATABASE_URL")
    """SQLAlchemy address; empty means the embedded SQLite file under ``var_dir``."""
    var_dir: Path = Path("var")
    """Where the embedded database and the demo's generated secret live; never served."""
    demo: bool = False
    """Synthetic people: shows codes on screen, generates its own secret. Never with real data."""
    secret_key: SecretStr = SecretStr("")
    """Keys encryption at rest, keyed hashes and cookies. At least 32 characters outside the demo."""
    secret_key_id: str = "k1"  # noqa: S105 - the name of a key, not a key
    """Stored with what the key encrypted, so that keys can be rotated."""
    issuer: str = "standard"
    """Issuer profile used when an import names none."""
    policy_dir: Path | None = None
    """A folder of policy files that replaces the shipped ones."""
    public_origin: str = ""
    """The exact origin browsers use, such as https://portal.example.com; empty accepts this host only."""
    service_phone: str = ""
    """The bank's customer line, shown wherever a person is told to call; empty: "the number on your card"."""
    log_json: bool = False
    """One JSON object per log line instead of coloured text."""

    @field_validator("database_url")
    @classmethod
    def _driver(cls, value: str) -> str:
        # "postgresql://" is what most hosts hand out; we ship psycopg 3 only.
        for plain in ("postgresql://", "postgres://"):
            if value.startswith(plain):
                return "postgresql+psycopg://" + value[len(plain):]
        return value

    @field_validator("service_phone")
    @classmethod
    def _dialled(cls, value: str) -> str:
        if not _DIALLED.fullmatch(value):
            raise ValueError("a telephone number has 3 to 30 digits, blanks or + - ( )")
        return value.strip()

    @property
    def bank_line(self) -> str:
        """The number people are told to call: the one set, in the demo one that nobody has, else empty."""
        return self.service_phone or (_DEMO_LINE if self.demo else "")

    @property
    def resolved_database_url(self) -> str:
        """The address, or that of the embedded SQLite file."""
        return self.database_url or f"sqlite:///{(self.var_dir / 'portal.sqlite').resolve()}"

    @property
    def makes_key(self) -> bool:
        """Whether ``key()`` would make a new secret: the demo's first start in this folder."""
        return self.demo and not self.secret_key.get_secret_value() and not self._kept_key.exists()

    @property
    def beside_a_demo(self) -> bool:
        """Whether a demo's key lies in ``var_dir`` and nobody said that the demo is meant."""
        return not self.demo and self._kept_key.exists()

    @property
    def _kept_key(self) -> Path:
        return self.var_dir / "secret.key"

    def key(self) -> bytes:
        """The master secret. Demo mode makes one under ``var_dir`` on first use; real mode refuses a weak one."""
        given = self.secret_key.get_secret_value()
        if not given and self.demo:
            given = _kept_secret(self._kept_key)
        if not given and self.beside_a_demo:
            raise InvalidInput("demo_unsaid", f"a demo keeps its key in {self.var_dir.resolve()}: to use its database, "
                               "say PORTAL_DEMO=1 before the command (or `export PORTAL_DEMO=1` once). For real "
                               "accounts set PORTAL_SECRET_KEY; a new one does not open what the demo wrote",
                               field="PORTAL_DEMO")
        if len(given) < SMALLEST_SECRET:
            raise InvalidInput("secret_key_weak",
                               "set PORTAL_SECRET_KEY to at least 32 random characters, "
                               "for example from: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
                               field="PORTAL_SECRET_KEY")
        return given.encode()


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
