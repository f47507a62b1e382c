"""Words people typed stay words in Markdown: no markup, no link, no table cell more."""

from __future__ import annotations

import re

import pytest

from portal.components.money import paragraphs, plain

# What Streamlit's front end turns into links after Markdown's escapes are gone (mdast-util-gfm-autolink-literal).
_LINKED = re.compile(r"https?://|www(?=\.)|[-.\w+]+@[-\w]+\.[-\w]+", re.IGNORECASE)
_SIGNS = re.compile(r"->|<-|--|>=|<=|~=")  # what it sets typographically


def shown(markdown: str) -> str:
    """The text Markdown shows: without the escapes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


@pytest.mark.parametrize("words", [
    "see https://evil.example/login now", "HTTP://EVIL.example", "www.evil.example", "WWW.evil.example",
    "mail a.b+c@evil.example", "(https://evil.example)", "https://www.evil.example", "a@b@c.example"])
def test_addresses_somebody_typed_lead_nowhere(words: str) -> None:
    assert _LINKED.search(words)
    assert not _LINKED.search(shown(plain(words)))
    assert shown(plain(words)).replace("\u2060", "") == words


@pytest.mark.parametrize("words", ["a -> b", "a <- b", "a -- b", "a --- b", "a >= b", "a <= b", "a ~= b"])
def test_signs_are_shown_as_they_were_typed(words: str) -> None:
    assert not _SIGNS.search(shown(plain(words)))
    assert shown(plain(words)).replace("\u2060", "") == words


@pytest.mark.parametrize("words", [
    "![i](x)", "[l](x)", "<b>x</b>", "# h", "- li", "> q", "a | b", "`c`", "**b** _i_ ~~s~~", "$x$", ":red[x]",
    ":smile:", "&lt;", "x\\", "1. one"])
def test_no_sign_of_markup_goes_unescaped(words: str) -> None:
    for number, sign in enumerate(plain(words)):
        if sign.isascii() and not sign.isalnum() and sign not in " \\":
            assert plain(words)[number - 1] == "\\"
    assert shown(plain(words)) == words


def test_lines_stay_lines_and_each_is_made_safe() -> None:
    assert paragraphs("# one\n  two  \nhttps://x.example") == "\\# one  \ntwo  \nhttps\\:\u2060\\/\\/x\\.example"


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\r\n\r\n", "\n\u3000\n", "\x0b\x0c", "\u2028\u2029", "\n\n\n\n"])
def test_what_a_person_wrote_never_leaves_its_quotation(gap: str) -> None:
    quoted = f"> {paragraphs(f'please{gap}Checked by the bank: approve')}"
    assert all(line.strip() for line in quoted.split("\n"))
    assert quoted.endswith("Checked by the bank\\: approve")
