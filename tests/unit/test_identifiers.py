"""Public identifiers: what a person copies from a page, a command takes."""

from __future__ import annotations

from core.db.types import ID_LENGTH, new_id


def test_an_identifier_has_letters_and_digits_only() -> None:
    made = {new_id() for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(len(one) == ID_LENGTH and one.isalnum() and one.isascii() for one in made)
