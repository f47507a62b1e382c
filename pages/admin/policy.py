"""Policy: every number the portal works with, since when, from which source, and how sure."""

import streamlit as st

from core.domain.actor import Role
from core.services.policy_register import PolicyEntry, policy_register
from portal.components import policy_words as words
from portal.components.money import plain
from portal.components.states import empty
from portal.i18n import day, t, tn
from portal.session import viewer

PAGE_SIZE = 25


@st.fragment
def page() -> None:
    """Search, list and history; nothing here can be changed."""
    who = viewer(Role.ADMIN)
    st.title(t("admin.policy.title"))
    issuers = who.context.policy.issuers
    issuer = st.selectbox(t("admin.policy.issuer"), issuers, index=issuers.index("standard"), key="policy_issuer")
    register = policy_register(who.actor, who.context, who.context.clock.today(), issuer)
    st.markdown(t("admin.policy.intro", version=plain(register.version), day=day(register.as_of)))
    st.warning(tn("admin.policy.unconfirmed_note", register.unconfirmed, total=len(register.entries)))
    wanted = st.text_input(t("admin.policy.search"), key="policy_search", max_chars=80, autocomplete="off",
                           placeholder=t("admin.policy.search_example"))
    only = st.toggle(t("admin.policy.only_unconfirmed"), key="policy_unconfirmed")
    found = register.matching(wanted or "", only_unconfirmed=only)
    if not found:
        empty(t("admin.policy.empty.title"), t("admin.policy.empty.text"))
        return
    listing(found)
    history(found)


def listing(found: tuple[PolicyEntry, ...]) -> None:
    """One page of parameters with the values in force."""
    pages = -(-len(found) // PAGE_SIZE)
    number = 1
    if pages > 1:
        number = st.selectbox(t("admin.policy.page", pages=pages), range(1, pages + 1), key=f"policy_page_{pages}")
    first = (number - 1) * PAGE_SIZE
    st.markdown("\n".join(
        f"- **{plain(words.title(entry.parameter))}** `{entry.parameter.name}`: {plain(words.short_value(entry))}  \n"
        f"  {words.provenance(entry.in_force)}"
        for entry in found[first:first + PAGE_SIZE]))


def history(found: tuple[PolicyEntry, ...]) -> None:
    """All dated values of one parameter, newest first."""
    st.subheader(t("admin.policy.history.title"))
    entry = st.selectbox(t("admin.policy.history.choose"), found, key="policy_parameter",
                         format_func=lambda each: f"{words.title(each.parameter)} ({each.parameter.name})")
    st.markdown("\n".join(
        f"- {plain(words.value(entry.parameter, dated))}  \n  {words.provenance(dated)}"
        + (f"  \n  {plain(dated.note)}" if dated.note else "")
        for dated in reversed(entry.parameter.values)))


page()
