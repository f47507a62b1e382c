"""Amounts and figures as Markdown tables: one block, read well by a screen reader, narrow enough for a phone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from string import punctuation

from portal.i18n import money

RIGHT, LEFT = "---:", ":---"

_SEAM = ":color[]"
"""An empty stretch of Markdown: nothing to see, to copy or to search, and no rewriting reaches across it."""
# Streamlit makes links, pictures and typographic signs out of plain text after Markdown's escapes are gone.
_REWRITTEN = re.compile(r"(?<=:)(?=//|[\w+/-]+:)|(?<=www)(?=\.)|(?<=@)(?=\w)"
                        r"|(?<=-)(?=[->])|(?<=<)(?=[-=])|(?<=[>~])(?==)", re.IGNORECASE)


def plain(text: object) -> str:
    """``text`` safe inside Markdown: nothing in it is read as markup, a table cell stays one cell.

    An address somebody typed stays words: nobody on the other side of a request is led anywhere by a click.
    """
    return _SEAM.join(map(_escaped, _REWRITTEN.split(" ".join(str(text).split()))))


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in punctuation else sign for sign in text)


def unbroken(text: str) -> str:
    """``text`` kept on one line: in a narrow cell Chinese would otherwise break between month and day.

    A stretch of its own, which the style sheet keeps together: it is copied and found as it reads.
    """
    return f":color[{text}]"


def paragraphs(text: str) -> str:
    """What a person wrote, as Markdown that shows it as written, line by line.

    An empty line ends no paragraph: behind it a quotation would go on as words of the portal's own.
    """
    return "  \n".join(plain(line) or _SEAM for line in text.splitlines())


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], align: Sequence[str] | None = None) -> str:
    """A Markdown table; ``align`` is ``LEFT`` or ``RIGHT`` per column (first left, others right)."""
    align = align or [LEFT] + [RIGHT] * (len(heads) - 1)
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join(align) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def amounts(head: str, amount_head: str, rows: Iterable[tuple[str, int]], total: tuple[str, int] | None = None) -> str:
    """A table of named amounts with their total in bold beneath."""
    lines = [(name, money(amount)) for name, amount in rows]
    if total is not None:
        lines.append((f"**{total[0]}**", f"**{money(total[1])}**"))
    return table([head, amount_head], lines)
