"""``portal calc KIND``: any figure a cardholder was shown, recomputed from JSON on standard input."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.domain.errors import PortalError
from core.services.calculator.kinds import KINDS

if TYPE_CHECKING:
    from core.policy.book import PolicyBook

app = typer.Typer()

REFUSED = 2
"""Exit status for input that is missing, malformed, out of range or contradictory."""
FAULTY = 3
"""Exit status for a fault of the program itself."""


@app.callback(invoke_without_command=True, context_settings={"allow_interspersed_args": True})
def calc(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")] = "",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schemas of input and output.")] = False,
) -> None:
    """Read JSON from standard input, write JSON to standard output; ``--schema`` describes both."""
    from core.services import calculator

    try:
        if schema or kind not in KINDS:
            answer = calculator.schema(kind)
        else:
            answer = calculator.calculate(kind, sys.stdin.buffer.read(_longest()), _book)
    except PortalError as refusal:
        _write(_error(refusal))
        raise typer.Exit(REFUSED) from None
    except Exception as fault:
        # The contract is JSON whatever happens; a fault of ours is not a fault of the input.
        _write({"error": {"code": "internal", "field": None, "message": f"{type(fault).__name__} in {kind}"}})
        raise typer.Exit(FAULTY) from fault
    _write(answer)


def _longest() -> int:
    from core.services.calculator.document import LARGEST_DOCUMENT

    return LARGEST_DOCUMENT + 1  # one byte more is enough to refuse it


def _book() -> PolicyBook:
    from core.policy.book import PolicyBook

    # Read here and not through Settings: this command needs no database, no key and no other setting.
    directory = os.environ.get("PORTAL_POLICY_DIR")
    return PolicyBook.load(Path(directory) if directory else None)


def _error(refusal: PortalError) -> dict[str, Any]:
    return {"error": {"code": refusal.code, "field": refusal.field, "message": str(refusal)}}


def _write(answer: dict[str, Any]) -> None:
    # ASCII only: a terminal or pipe of any encoding can carry it.
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
