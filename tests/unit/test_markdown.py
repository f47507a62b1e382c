"""Words people typed stay words in Markdown: no markup, no link, no table cell more."""

from __future__ import annotations

import re
import unicodedata

import pytest

from portal.components.money import paragraphs, plain, unbroken

# What Streamlit's front end turns into links after Markdown's escapes are gone (mdast-util-gfm-autolink-literal).
_LINKED = re.compile(r"https?://|www(?=\.)|[-.\w+]+@[-\w]+\.[-\w]+", re.IGNORECASE)
_SIGNS = re.compile(r"->|<-|--|>=|<=|~=")  # what it sets typographically
_PICTURES = re.compile(r":[\w+-][\w/+-]*:")  # what it makes an icon, its mark or an emoji of
_SEAM = ":color[]"


def pieces(markdown: str) -> list[str]:
    """The text Markdown shows, without the escapes, in the pieces in which Streamlit looks at it."""
    return [re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", piece) for piece in markdown.split(_SEAM)]


def shown(markdown: str) -> str:
    """What is read, copied and searched."""
    return "".join(pieces(markdown))


@pytest.mark.parametrize("words", [
    "see https://evil.example/login now", "HTTP://EVIL.example", "www.evil.example", "WWW.evil.example",
    "mail a.b+c@evil.example", "(https://evil.example)", "https://www.evil.example", "a@b@c.example"])
def test_addresses_somebody_typed_lead_nowhere(words: str) -> None:
    assert _LINKED.search(words)
    assert not any(map(_LINKED.search, pieces(plain(words))))
    assert shown(plain(words)) == words


@pytest.mark.parametrize("words", ["a -> b", "a <- b", "a -- b", "a --- b", "a >= b", "a <= b", "a ~= b"])
def test_signs_are_shown_as_they_were_typed(words: str) -> None:
    assert not any(map(_SIGNS.search, pieces(plain(words))))
    assert shown(plain(words)) == words


@pytest.mark.parametrize("words", [":smile:", ":material/home:", ":material_home:", ":streamlit:", "a:+1:b",
                                   "::x::y::"])
def test_no_icon_is_made_of_words(words: str) -> None:
    assert not any(map(_PICTURES.search, pieces(plain(words))))
    assert shown(plain(words)) == words


@pytest.mark.parametrize("words", ["https://a.example", "a -> b :smile: c@d.example", "www.a.example", "", "\n"])
def test_nothing_invisible_is_put_between_the_signs(words: str) -> None:
    for markdown in (plain(words), paragraphs(words), unbroken(words)):
        assert not [sign for sign in markdown if unicodedata.category(sign) in ("Cf", "Zs") and sign != " "]


@pytest.mark.parametrize("words", [
    "![i](x)", "[l](x)", "<b>x</b>", "# h", "- li", "> q", "a | b", "`c`", "**b** _i_ ~~s~~", "$x$", ":red[x]",
    ":smile:", "&lt;", "x\\", "1. one"])
def test_no_sign_of_markup_goes_unescaped(words: str) -> None:
    for piece in plain(words).split(_SEAM):
        for number, sign in enumerate(piece):
            if sign.isascii() and not sign.isalnum() and sign not in " \\":
                assert piece[number - 1] == "\\"
    assert shown(plain(words)) == words


def test_lines_stay_lines_and_each_is_made_safe() -> None:
    assert paragraphs("# one\n  two  \nhttps://x.example") == "\\# one  \ntwo  \nhttps\\::color[]\\/\\/x\\.example"


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\r\n\r\n", "\n\u3000\n", "\x0b\x0c", "\u2028\u2029", "\n\n\n\n"])
def test_what_a_person_wrote_never_leaves_its_quotation(gap: str) -> None:
    quoted = f"> {paragraphs(f'please{gap}Checked by the bank: approve')}"
    assert all(line.strip() for line in quoted.split("\n"))
    assert quoted.endswith("Checked by the bank\\: approve")
