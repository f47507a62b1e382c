"""The command ``portal``: one module per command under ``portal/commands``, loaded only when asked for.

``portal calc`` must answer in a fraction of a second, so nothing here imports the web or the database.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

COMMANDS: dict[str, str] = {
    "run": "Serve the portal.",
    "calc": "Recompute any figure a cardholder was shown, as JSON.",
    "import": "Read accounts, balances and payments from a file.",
    "export": "Write accounts, or the request statistics, to a file.",
    "close-day": "Bring the books up to a day: statements, late fees, moves, notices.",
    "ledger": "Verify the books against the entries and a replay, or show one account's.",
    "user": "Create, list and disable the bank's own users.",
    "demo": "Load and inspect the demo portfolio.",
    "db": "Migrate the database, or check it.",
    "policy": "Show and validate the policy numbers and their sources.",
    "simulate": "Show what a changed policy would do to the portfolio.",
    "evaluate": "Try the negotiation on synthetic debtors, beside other ways to negotiate.",
    "risk": "Fit risk points to outcomes, and judge them.",
    "replay": "Work out again any offer ever shown, and prove it equal.",
    "conversations": "Erase conversations that led to nothing and are kept no longer.",
    "audit": "Verify the audit chain.",
}
"""Every command and its line in ``portal --help``; its module is ``portal/commands/<name>.py``."""
_MODULES = {"import": "import_", "close-day": "close_day"}
"""Names that are no name of a module."""


def _load(application: typer.Typer, name: str) -> None:
    module = import_module(f"portal.commands.{_MODULES.get(name, name)}")
    loaded: typer.Typer = module.app
    application.add_typer(loaded, name=name, help=COMMANDS[name])


def application(asked_for: str | None = None) -> typer.Typer:
    """The command line with the command that was asked for, or with all of them (for ``--help``)."""
    app = typer.Typer(name="portal", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                      help="The portal for cardholders in arrears: serve it, feed it, recompute its figures.")
    for name in [asked_for] if asked_for in COMMANDS else COMMANDS:
        _load(app, name)

    @app.callback()
    def _keep_group() -> None:
        """Without a callback Typer would drop the name of a command that stands alone."""

    return app


def main() -> None:
    """Entry point of the installed command: whatever fails is one calm line and an exit status, never a traceback."""
    try:
        application(sys.argv[1] if len(sys.argv) > 1 else None)()
    except Exception as failure:
        # The one place where every failure of every command ends; ``told`` logs what nobody expected.
        from portal.commands.failures import told

        line, status = told(failure)
        print(f"portal: {line}", file=sys.stderr)
        sys.exit(status)
