"""Which pages may talk to the server."""

import pytest

from portal.web.origins import Origins


@pytest.mark.parametrize(("host", "allowed"), [
    ("127.0.0.1:8501", True), ("localhost:8501", True), ("[::1]:8501", True), ("192.0.2.7:8501", True),
    ("rebound.evil.example:8501", False), ("", False), (None, False), ("[broken", False),
])
def test_without_a_public_origin_only_addresses_are_this_host(host: str | None, allowed: bool) -> None:
    assert Origins("").allows(f"http://{host}", host, secure=False) is allowed


def test_public_origin_is_matched_exactly_whatever_the_host_header() -> None:
    origins = Origins("https://portal.example.com")
    assert origins.allows("https://portal.example.com", "10.0.0.5:8501", secure=False)
    assert not origins.allows("https://portal.example.com.evil.example", "portal.example.com", secure=True)
    assert not origins.allows(None, "portal.example.com", secure=True)
