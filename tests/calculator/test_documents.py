"""What the calculator refuses before it computes anything."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import InvalidInput, PortalError
from core.policy.book import PolicyBook
from core.services.calculator import KINDS, calculate, schema
from core.services.calculator.document import MOST_ROWS, read_document

LATE_FEE = {"minimum_payment": "200.00", "paid_by_due": "100.00"}


def refusal(data: bytes, **options: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        read_document(data, **options)
    return refused.value


@pytest.mark.parametrize(("data", "code"), [
    (b"", "not_json"),
    (b"{", "not_json"),
    (b"{} {}", "not_json"),
    (b"[]", "not_an_object"),
    (b'"text"', "not_an_object"),
    (b"null", "not_an_object"),
    (b'{"a": NaN}', "not_finite"),
    (b'{"a": -Infinity}', "not_finite"),
    (b'{"a": "\xff"}', "not_utf8"),
    (b'{"a": "\\ud800"}', "not_text"),
    (b'{"\\ud800": 1}', "not_text"),
    (b'{"a": 1, "a": 1}', "repeated_key"),
    (b'{"a": {"b": 1, "b": 2}}', "repeated_key"),
    (b'{"a": null}', "null"),
    (b'{"a": [null]}', "null"),
    (b'{"a": ' + b"9" * 21 + b"}", "number_too_long"),
    (b'{"a": ' + b"9" * 5000 + b"}", "number_too_long"),
    (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "nested_too_deeply"),
    (b"[" * 100_000, "nested_too_deeply"),
    (b'{"a": "' + b"x" * 1024 * 1024 + b'"}', "document_too_large"),
])
def test_a_document_outside_the_limits_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_the_limits_themselves_are_allowed() -> None:
    assert read_document(b'{"a": ' + b"[" * 31 + b"]" * 31 + b"}")
    assert len(read_document(json.dumps({"a": [0] * MOST_ROWS}).encode())["a"]) == MOST_ROWS
    assert read_document(b'{"text": "brackets in texts do not nest: ' + b"[" * 100 + b' \\" {"}')


def test_rows_of_all_lists_count_together() -> None:
    rows = [0] * (MOST_ROWS // 2)
    assert refusal(json.dumps({"a": rows, "b": [*rows, 0]}).encode()).code == "too_many_rows"


def test_null_is_allowed_only_where_it_means_something() -> None:
    assert read_document(b'{"cap": null}', may_be_null=frozenset({"cap"})) == {"cap": None}
    assert refusal(b'{"a": {"cap": null}}', may_be_null=frozenset({"cap"})).field == "a.cap"


def test_a_long_key_over_many_rows_takes_no_room() -> None:
    data = json.dumps({"k" * 500_000: [[]] * 9_000}).encode()
    tracemalloc.start()
    read_document(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * len(data)


@pytest.mark.parametrize(("change", "code", "field"), [
    ({"minimum_payment": None}, "null", "minimum_payment"),
    ({"minimum_payment": 200}, "amount_not_text", "minimum_payment"),
    ({"minimum_payment": "2e2"}, "amount_malformed", "minimum_payment"),
    ({"minimum_payment": "99999999999999.00"}, "amount_too_large", "minimum_payment"),
    ({"rate": "1e-4"}, "rate_malformed", "rate"),
    ({"rate": 0.05}, "rate_not_text", "rate"),
    ({"consecutive_misses": True}, "wrong_type", "consecutive_misses"),
    ({"consecutive_misses": 1.0}, "wrong_type", "consecutive_misses"),
    ({"consecutive_misses": 0}, "out_of_range", "consecutive_misses"),
    ({"rate_after_consecutive": {"misses": 2}}, "missing", "rate_after_consecutive.rate"),
    ({"as_of": "2023-02-29"}, "no_such_date", "as_of"),
    ({"as_of": "1989-12-31"}, "date_out_of_range", "as_of"),
    ({"as_of": "2200-01-01"}, "date_out_of_range", "as_of"),
    ({"as_of": "20230101"}, "date_malformed", "as_of"),
    ({"as_of": "２０２３-01-01"}, "date_malformed", "as_of"),
    ({"tip": "1.00"}, "unknown_key", "tip"),
])
def test_a_fault_names_its_code_and_its_field(change: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        calculate("late-fee", json.dumps({**LATE_FEE, **change}).encode(), PolicyBook.load)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_missing_field_is_named_in_the_words_too() -> None:
    with pytest.raises(InvalidInput) as refusal:
        calculate("interest", b"{}", PolicyBook.load)
    assert (refusal.value.code, refusal.value.field) == ("missing", "debits")
    assert str(refusal.value) == "debits is required"


def test_a_cap_left_out_is_the_policys_and_null_is_none() -> None:
    def fee(**change: Any) -> str:
        document = {**LATE_FEE, "minimum_payment": "200100.00", **change}
        answer: str = calculate("late-fee", json.dumps(document).encode(), PolicyBook.load)["late_fee"]
        return answer

    assert fee(cap=None) == "10000.00"
    assert fee(cap="500.00") == "500.00"


def test_a_date_before_any_policy_names_the_parameter_and_the_date() -> None:
    with pytest.raises(PortalError) as refused:
        calculate("late-fee", json.dumps({**LATE_FEE, "as_of": "1990-01-01"}).encode(), PolicyBook.load)
    assert refused.value.code == "policy_missing"
    assert "late_fee.rate" in str(refused.value)
    assert "1990-01-01" in str(refused.value)


def test_an_unknown_kind_is_refused_with_the_list_of_kinds() -> None:
    with pytest.raises(InvalidInput) as refused:
        calculate("fortunes", b"{}", PolicyBook.load)
    assert refused.value.code == "unknown_kind"
    assert all(kind in str(refused.value) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_describes_its_input_and_output(kind: str) -> None:
    described = schema(kind)
    assert described["kind"] == kind
    assert described["input"]["additionalProperties"] is False
    assert described["output"]["required"]
    assert '"default": null' not in json.dumps(described)


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
              st.sampled_from(["1.00", "-1.00", "0.12", "2024-02-29", "monthly", "do_nothing", "none", "360"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6)


@st.composite
def nearly_right(draw: st.DrawFn) -> tuple[str, bytes]:
    """A kind with its own keys and any values."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    document = {name: draw(values) for name in schema(kind)["input"]["properties"] if draw(st.booleans())}
    return kind, json.dumps(document).encode()


@given(nearly_right())
@settings(max_examples=300, deadline=None)
def test_any_document_is_answered_or_refused_and_never_a_fault_of_ours(case: tuple[str, bytes]) -> None:
    kind, data = case
    try:
        answer = calculate(kind, data, PolicyBook.load)
    except PortalError:
        return
    assert json.loads(json.dumps(answer)) == answer


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=60))
@settings(max_examples=100)
def test_any_bytes_are_answered_or_refused(kind: str, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        calculate(kind, data, PolicyBook.load)
