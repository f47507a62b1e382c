"""Where the endings of keys come from that code puts together while running."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from pathlib import Path

from portal.catalogue.code import python_files

Endings = Callable[[Path], Iterable[str]] | None
"""Given the project's root, the endings that must be there; None: an open set."""


def error_codes(root: Path) -> list[str]:
    """Codes of refusals that a screen can meet: raised in the services and the rules they call."""
    not_on_screen = ("importing", "exporting", "calculator", "close_day", "demo", "policy", "simulation")
    codes = set()
    for path in python_files(root, "core/services", "core/domain"):
        if any(part.removesuffix(".py").startswith(not_on_screen) for part in path.relative_to(root).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
                    and node.func.id in ("InvalidInput", "Conflict", "PortalError")
                    and isinstance(node.args[0], ast.Constant)):
                codes.add(str(node.args[0].value))
    return sorted(codes)
