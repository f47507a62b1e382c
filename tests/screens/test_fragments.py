"""Parts of a page that run alone: each asks anew who is there, whatever the page knew when it drew them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [path for folder in ("pages", "portal") for path in sorted((ROOT / folder).rglob("*.py"))]


def fragments(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
            and any(ast.unparse(one).startswith("st.fragment") for one in node.decorator_list)]


def test_there_are_parts_that_run_alone() -> None:
    assert sum(len(fragments(path)) for path in FILES) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_part_that_runs_alone_takes_somebody_signed_in_from_an_earlier_run(path: Path) -> None:
    for fragment in fragments(path):
        given = [ast.unparse(one.annotation) for one in (*fragment.args.args, *fragment.args.kwonlyargs)
                 if one.annotation is not None]
        assert not {"Viewer", "Actor", "ServiceContext"} & set(given), f"{fragment.name} outlives a session that ended"
