"""What code says about texts: the keys it asks for, and words that should have been keys. For the check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

AREAS = ("common", "identity", "errors", "reasons", "cardholder", "assistant", "collector", "staff", "admin")
"""One catalogue file each; every key begins with its area."""

KEY = re.compile(rf"(?:{'|'.join(AREAS)})(?:\.[A-Za-z0-9_+]+)+")
_KEY_START = re.compile(rf"(?:{'|'.join(AREAS)})\.[A-Za-z0-9_.+]*")
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LOGS = {"log", "_log", "logger", "_logger", "logging"}
_MARKUP = re.compile(r"<[^>]*>|`[^`]*`|:[a-z-]+\[|&[a-z]+;|\]\([^)]*\)")

_TELLING = {"t", "tn"}
_ASKING = {*_TELLING, "has"}
# What a Streamlit call puts before the reader: its first argument, and these keywords.
_SHOWN_KEYWORDS = {"label", "body", "help", "placeholder", "text", "alt", "title"}
_SHOWING = {
    "write", "markdown", "title", "header", "subheader", "caption", "text", "info", "warning", "error", "success",
    "toast", "button", "form_submit_button", "download_button", "link_button", "page_link", "text_input",
    "text_area", "number_input", "selectbox", "multiselect", "radio", "checkbox", "toggle", "slider",
    "select_slider", "segmented_control", "pills", "date_input", "file_uploader", "expander", "metric", "spinner",
    "status", "popover", "dialog", "tabs",
}


@dataclass(frozen=True, slots=True)
class Use:
    """A key asked for in code, or the beginning of one that is put together while running."""

    where: str
    key: str
    dynamic: bool = False
    values: frozenset[str] | None = None
    """Names handed over to fill the text; None where that cannot be seen."""


@dataclass(frozen=True, slots=True)
class CodeFault:
    """Words for people in code."""

    where: str
    problem: str


def python_files(root: Path, *folders: str) -> list[Path]:
    """The Python files below ``folders`` of ``root``."""
    return sorted(path for folder in folders for path in (root / folder).rglob("*.py"))


def read(path: Path, root: Path) -> tuple[list[Use], list[CodeFault]]:
    """The keys a file asks for and the faults in it."""
    source = path.read_text(encoding="utf-8")
    name = path.relative_to(root).as_posix()
    faults = [CodeFault(f"{name}:{number}", "Chinese text or punctuation in code")
              for number, line in enumerate(source.splitlines(), 1) if CJK.search(line)]
    tree = ast.parse(source, str(path))
    uses: list[Use] = []
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            faults += [CodeFault(f"{name}:{line}", f"words for the reader in code: {words!r}")
                       for line, words in _shown_words(node)]
            if _called(node) in _ASKING and node.args:
                found = list(_keys_of_call(node, name))
                told |= {id(part) for part in ast.walk(node.args[0])}
                uses += found
                faults += [CodeFault(use.where, f"not a key: {use.key!r}") for use in found
                           if not use.dynamic and not KEY.fullmatch(use.key)]
    uses += _keys_elsewhere(tree, name, told)
    return uses, faults


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _keys_of_call(node: ast.Call, name: str) -> Iterator[Use]:
    """The keys in the first argument of ``t``, ``tn`` or ``has``, with the values handed over."""
    values: frozenset[str] | None = None
    if _called(node) in _TELLING and all(keyword.arg for keyword in node.keywords):
        values = frozenset(keyword.arg or "" for keyword in node.keywords)
        if _called(node) == "tn":
            values |= {"count"}
    where = f"{name}:{node.lineno}"
    for part in _leaves(node.args[0]):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield Use(where, part.value, values=values)
        elif isinstance(part, ast.JoinedStr):
            yield Use(where, _beginning(part), dynamic=True)


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """The strings an expression may come to: both sides of a choice."""
    if isinstance(node, ast.IfExp):
        yield from _leaves(node.body)
        yield from _leaves(node.orelse)
    else:
        yield node


def _beginning(node: ast.JoinedStr) -> str:
    first = node.values[0] if node.values else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _keys_elsewhere(tree: ast.Module, name: str, told: set[int]) -> Iterator[Use]:
    """Keys kept in tables and handed on (``title_key="common.page.queue"``)."""
    inside_joined = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in told:
            continue
        if isinstance(node, ast.JoinedStr) and _KEY_START.fullmatch(_beginning(node)):
            yield Use(f"{name}:{node.lineno}", _beginning(node), dynamic=True)
        elif (isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside_joined
              and KEY.fullmatch(node.value)):
            yield Use(f"{name}:{node.lineno}", node.value)


def _shown_words(node: ast.Call) -> Iterator[tuple[int, str]]:
    """Literal words in what a Streamlit call shows."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _SHOWING:
        return
    if isinstance(node.func.value, ast.Name) and node.func.value.id in _LOGS:
        return
    shown = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg in _SHOWN_KEYWORDS)]
    for argument in shown:
        for text in _literals(argument):
            if _WORD.search(_MARKUP.sub(" ", text)):
                yield argument.lineno, text


def _literals(node: ast.expr) -> Iterator[str]:
    """String literals in ``node`` itself; not those handed to a function (a key, a pattern) or looked up by."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        # One literal with its gaps kept, so that markup around a value is seen whole.
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.BinOp):
        yield from _literals(node.left)
        yield from _literals(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _literals(element)
