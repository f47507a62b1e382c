"""The assessment form: five sections, what was typed kept as typed, read into an ``AssessmentInput``.

Streamlit forgets a field as soon as it is not drawn, so the text of every field lives in one
dictionary of the tab and a section's fields are filled from it when the section is opened again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.domain.errors import InvalidInput
from core.domain.hardship import HardshipReason
from core.domain.household import Income, Spending, SpendingClass, SpendingKind, spending_class
from core.services.assessment_records import AssessmentInput, AssessmentState, IncomeKind
from core.services.assessments import MOST_PERSONS, unsaid
from portal import errors
from portal.components import forms
from portal.i18n import current, t

SECTIONS = ("income", "spending", "debts", "household", "hardship")
_PREFIX = "afford_"
_OTHER_CITY = "elsewhere"
_VALUES = ("persons", "city", "variable_income", "hardship", "no_income", "no_essential_spending")
"""Fields that are not amounts."""


@dataclass(slots=True)
class Typed:
    """What stands in the form: amounts as text, the rest as values."""

    text: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def typed_from(content: AssessmentInput, home_city: str | None) -> Typed:
    """The form filled with what was declared before."""
    amounts = {f"income.{line.kind}": line.monthly_minor for line in content.income}
    amounts |= {f"spending.{line.kind}": line.monthly_minor for line in content.spending}
    amounts |= {"other_debts": content.other_debt_payments_minor, "local_allowance": content.local_allowance_minor}
    city = content.city or (_OTHER_CITY if content.local_allowance_minor else home_city)
    return Typed({name: forms.write_amount(amount) for name, amount in amounts.items()},
                 {"persons": content.persons, "city": city, "variable_income": content.variable_income,
                  "hardship": list(content.hardship), "no_income": content.no_income,
                  "no_essential_spending": content.no_essential_spending})


def read(typed: Typed) -> tuple[AssessmentInput, Mapping[str, InvalidInput]]:
    """What the form says, and which fields cannot be read (they count as empty until mended)."""
    faults: dict[str, InvalidInput] = {}

    def amount(name: str) -> int:
        try:
            return forms.read_amount(typed.text.get(name, ""), name)
        except InvalidInput as refusal:
            faults[name] = refusal
            return 0

    income = tuple(Income(kind.value, minor) for kind in IncomeKind if (minor := amount(f"income.{kind}")))
    spending = tuple(Spending(kind, minor) for kind in SpendingKind if (minor := amount(f"spending.{kind}")))
    city = typed.values.get("city")
    elsewhere = city == _OTHER_CITY
    content = AssessmentInput(
        persons=int(typed.values.get("persons", 1)), city=None if elsewhere else city,
        local_allowance_minor=amount("local_allowance") if elsewhere else 0, income=income, spending=spending,
        other_debt_payments_minor=amount("other_debts"), variable_income=bool(typed.values.get("variable_income")),
        hardship=tuple(typed.values.get("hardship", ())),
        # The word that there is none gives way to a figure: the question is not even shown beside one.
        no_income=not income and bool(typed.values.get("no_income")),
        no_essential_spending=_no_essentials(spending) and bool(typed.values.get("no_essential_spending")))
    return content, faults


def _no_essentials(spending: tuple[Spending, ...]) -> bool:
    return all(spending_class(line.kind) is SpendingClass.DISCRETIONARY for line in spending)


def faults_by_section(typed: Typed) -> dict[str, dict[str, InvalidInput]]:
    """What keeps the form from being finished, by section and field: what cannot be read, and what is left unsaid."""
    content, misread = read(typed)
    found: dict[str, dict[str, InvalidInput]] = {}
    for name, fault in misread.items():
        found.setdefault(section_of(name), {})[name] = fault
    for gap in unsaid(content):
        name = str(gap.field)
        # A section that has something unreadable is not blamed for silence too.
        found.setdefault(section_of(name), {name: gap})
    return {section: found[section] for section in SECTIONS if section in found}


def section_of(name: str) -> str:
    """The section in which a field stands."""
    first = name.split(".", 1)[0]
    return {"income": "income", "spending": "spending", "other_debts": "debts"}.get(first, "household")


def unreadable(faults: Mapping[str, InvalidInput]) -> dict[str, InvalidInput]:
    """Of ``faults`` those of amounts that cannot be read."""
    return {name: fault for name, fault in faults.items() if fault.code.startswith("amount_")}


def label(name: str) -> str:
    """The words of an amount's field."""
    area, _, kind = name.partition(".")
    if area == "income":
        return t(f"reasons.income.{kind}")
    if area == "spending":
        return t(f"reasons.spending.{kind}")
    return t("cardholder.afford.other_debts") if area == "other_debts" else t("cardholder.afford.local_allowance")


def collect(typed: Typed) -> None:
    """Take over what the fields hold: a text typed just before another section was opened is not lost."""
    for key, value in st.session_state.items():
        name = str(key).removeprefix(_PREFIX)
        if name == key:
            continue
        if name in _VALUES:
            typed.values[name] = value
        else:
            typed.text[name] = str(value)


def forget_widgets() -> None:
    """Let go of the drawn fields, so that they are filled anew."""
    for key in [key for key in st.session_state if str(key).startswith(_PREFIX)]:
        del st.session_state[key]


def draw(section: str, typed: Typed, state: AssessmentState, *, ask: bool) -> None:
    """The fields of one section; what is typed goes into ``typed`` at once.

    ``ask``: what was left unsaid is pointed at, beneath its field.
    """
    st.caption(t(f"cardholder.afford.lead.{section}"))
    {"income": _income, "spending": _spending, "debts": _debts, "household": _household,
     "hardship": _hardship}[section](typed, state)
    for fault in faults_by_section(typed).get(section, {}).values() if ask else ():
        if not fault.code.startswith("amount_"):  # those stand beneath their fields already
            st.error(errors.explain(fault))


def _income(typed: Typed, _state: AssessmentState) -> None:
    _amounts(typed, [f"income.{kind}" for kind in IncomeKind])
    _keep(typed, "variable_income", st.checkbox(t("cardholder.afford.variable_income"),
                                                **_filled(typed, "variable_income", False)))
    _none_at_all(typed, "no_income", t("cardholder.afford.no_income"), asked=not read(typed)[0].income)


def _spending(typed: Typed, _state: AssessmentState) -> None:
    for group in SpendingClass:
        st.markdown(f"**{t(f'cardholder.afford.group.{group}')}**")
        _amounts(typed, [f"spending.{kind}" for kind in SpendingKind if spending_class(kind) is group])
    _none_at_all(typed, "no_essential_spending", t("cardholder.afford.no_essential_spending"),
                 asked=_no_essentials(read(typed)[0].spending))


def _none_at_all(typed: Typed, name: str, question: str, *, asked: bool) -> None:
    """The question whether there is really none; a figure answers it, and takes back an earlier yes."""
    if asked:
        _keep(typed, name, st.checkbox(question, **_filled(typed, name, False)))
    else:
        _keep(typed, name, False)
        st.session_state.pop(_PREFIX + name, None)


def _debts(typed: Typed, _state: AssessmentState) -> None:
    _amounts(typed, ["other_debts"])


def _household(typed: Typed, state: AssessmentState) -> None:
    _keep(typed, "persons", st.selectbox(t("cardholder.afford.persons"), range(1, MOST_PERSONS + 1),
                                         **_filled(typed, "persons", 1)))
    english = current() == "en"
    names = {city: name if english else city for city, name in state.cities.items()}
    names[_OTHER_CITY] = t("cardholder.afford.other_city")
    city = st.selectbox(t("cardholder.afford.city"), list(names), format_func=lambda key: names[key],
                        placeholder=t("cardholder.afford.choose"), **_filled(typed, "city", None))
    _keep(typed, "city", city)
    if city == _OTHER_CITY:
        _amounts(typed, ["local_allowance"])
        st.caption(t("cardholder.afford.local_allowance_help"))


def _hardship(typed: Typed, _state: AssessmentState) -> None:
    chosen = st.pills(t("cardholder.afford.hardship"), [reason.value for reason in HardshipReason],
                      selection_mode="multi", format_func=lambda reason: t(f"reasons.hardship.{reason}"),
                      **_filled(typed, "hardship", []))
    _keep(typed, "hardship", list(chosen))


def _amounts(typed: Typed, names: list[str]) -> None:
    """Fields in two columns, read down the left one first: on a phone they stand in the same order."""
    left, right = st.columns(2) if len(names) > 1 else (st.container(), st.container())
    for number, name in enumerate(names):
        key = _PREFIX + name
        st.session_state.setdefault(key, typed.text.get(name, ""))
        with left if number < (len(names) + 1) // 2 else right:
            forms.amount_field(label(name), key)
        typed.text[name] = st.session_state[key]


def _filled(typed: Typed, name: str, empty: Any) -> dict[str, Any]:
    key = _PREFIX + name
    st.session_state.setdefault(key, typed.values.get(name, empty))
    return {"key": key}


def _keep(typed: Typed, name: str, value: Any) -> None:
    typed.values[name] = value
