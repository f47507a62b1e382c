"""Streamlit's own settings: the look from ``.streamlit/config.toml``, the rest fixed here.

What protects people or costs capacity must not depend on the folder the server was started in.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from streamlit import config

from core.services.context import ServiceContext

CONFIG_FILE = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
BINDING_HEADER = "X-Portal-Binding"

FIXED: dict[str, Any] = {
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.maxUploadSize": 5,
    "server.maxMessageSize": 20,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    # A Streamlit session may be taken up again only by the browser and sign-in that opened it.
    "server.trustedUserHeaders": {BINDING_HEADER: "binding"},
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": False,
    "runner.magicEnabled": False,
    # The full collection after every run is more than half of what a run costs.
    "runner.postScriptGC": False,
    "logger.hideWelcomeMessage": True,
    "logger.enableRich": False,
    "global.developmentMode": False,
}


def apply(context: ServiceContext) -> None:
    """Set Streamlit up for this process: the shared cookie secret, the fixed options, the theme."""
    if CONFIG_FILE.is_file():
        for name, value in _flat(tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8"))).items():
            config.set_option(name, value)
    for name, value in FIXED.items():
        config.set_option(name, value)
    # The same in every process that shares the master secret, so that any may answer.
    config.set_option("server.cookieSecret", context.vault.subkey("streamlit cookies").hex())


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
