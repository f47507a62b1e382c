"""Users: the bank's own people, their roles and authority. No debtor is shown here."""

import secrets
from collections.abc import Callable

import streamlit as st

from core.domain.actor import Authority, Role
from core.domain.errors import PortalError
from core.services import identity
from core.services.identity import User
from portal import errors
from portal.components.money import LEFT, plain, table
from portal.i18n import t
from portal.session import Viewer, viewer

PAGE_SIZE = 15
ROLES = [role for role in Role if role is not Role.CARDHOLDER]
_TURNS, _KEY, _DONE = "users_turns", "users_create_key", "users_done"


@st.fragment
def page() -> None:
    """The list, then what can be done with one of them, then a new one."""
    who = viewer(Role.ADMIN)
    st.title(t("admin.users.title"))
    st.markdown(t("admin.users.intro"))
    if done := st.session_state.pop(_DONE, None):
        st.success(done)
    shown = listing(who)
    change(who, shown)
    create(who)


def listing(who: Viewer) -> tuple[User, ...]:
    """One page of users by login."""
    turns: list[str] = st.session_state.setdefault(_TURNS, [""])
    users = identity.list_users(who.actor, who.context, after=turns[-1], page_size=PAGE_SIZE + 1)
    shown = users[:PAGE_SIZE]
    heads = [t(f"admin.users.head.{name}") for name in ("name", "role", "active")]
    st.markdown(table(heads, [
        [plain(f"{user.display_name} ({user.login})"),
         " · ".join([role_name(user.role), *([user.authority.value] if user.authority else [])]),
         active_name(user.active)]
        for user in shown], [LEFT] * len(heads)))
    with st.container(horizontal=True):
        if len(turns) > 1 and st.button(t("admin.users.previous")):
            turns.pop()
            st.rerun()
        if len(users) > PAGE_SIZE and st.button(t("admin.users.next")):
            turns.append(shown[-1].login)
            st.rerun()
    return shown


def change(who: Viewer, shown: tuple[User, ...]) -> None:
    """Role, authority, password and access of one user of the page."""
    others = {user.user_id: user for user in shown if user.user_id != who.actor.user_id}
    st.subheader(t("admin.users.change.title"))
    if not others:
        st.info(t("admin.users.change.nobody"))
        return
    user = others[st.selectbox(t("admin.users.change.who"), list(others), key="users_selected",
                               format_func=lambda each: f"{others[each].display_name} ({others[each].login})")]
    with st.form("users_role"):
        # Keys carry the version, so that after a change the fields show what is stored.
        mark = f"{user.user_id}_{user.version}"
        role = st.selectbox(t("admin.users.head.role"), ROLES, ROLES.index(user.role), format_func=role_name,
                            key=f"users_role_{mark}")
        authority = authority_field(user.authority, f"users_authority_{mark}")
        if st.form_submit_button(t("admin.users.change.save_role")):
            attempt(t("admin.users.change.saved", login=user.login), lambda: identity.change_user_role(
                who.actor, who.context, user.user_id, role=role, authority=authority, version=user.version))
    with st.form("users_password"):
        password = st.text_input(t("admin.users.change.password"), type="password", autocomplete="new-password",
                                 key=f"users_password_{mark}", help=t("admin.users.password_help"))
        if st.form_submit_button(t("admin.users.change.save_password")):
            attempt(t("admin.users.change.password_saved", login=user.login), lambda: identity.set_user_password(
                who.actor, who.context, user.user_id, password=password, version=user.version))
    words = "disable" if user.active else "enable"
    st.caption(t(f"admin.users.change.{words}_note"))
    if st.button(t(f"admin.users.change.{words}"), key=f"users_active_{mark}"):
        attempt(t(f"admin.users.change.{words}d", login=user.login), lambda: identity.set_user_active(
            who.actor, who.context, user.user_id, active=not user.active, version=user.version))


def create(who: Viewer) -> None:
    """A new user; a second click makes no second one."""
    st.subheader(t("admin.users.create.title"))
    key: str = st.session_state.setdefault(_KEY, secrets.token_urlsafe(16))
    with st.form("users_create"):
        login = st.text_input(t("admin.users.head.login"), key=f"users_login_{key}", autocomplete="off",
                              help=t("admin.users.create.login_help"))
        name = st.text_input(t("admin.users.head.name"), key=f"users_name_{key}", autocomplete="off")
        role = st.selectbox(t("admin.users.head.role"), ROLES, format_func=role_name, key=f"users_new_role_{key}")
        authority = authority_field(Authority.L1, f"users_new_authority_{key}")
        password = st.text_input(t("admin.users.create.password"), type="password", autocomplete="new-password",
                                 key=f"users_new_password_{key}", help=t("admin.users.password_help"))
        if not st.form_submit_button(t("admin.users.create.submit"), type="primary"):
            return
    attempt(t("admin.users.create.done", login=login), lambda: identity.create_user(
        who.actor, who.context, login=login, display_name=name, role=role, password=password, authority=authority,
        idempotency_key=key), forget=_KEY)


def authority_field(held: Authority | None, key: str) -> Authority | None:
    """Which decisions somebody may take; for collectors and supervisors only."""
    choices = [None, *Authority]
    return st.selectbox(t("admin.users.head.authority"), choices, choices.index(held), key=key,
                        format_func=lambda each: t(f"admin.authority.{each.value}" if each else "admin.authority.none"),
                        help=t("admin.users.authority_help"))


def attempt(done: str, command: Callable[[], object], forget: str | None = None) -> None:
    """Carry a command out: say so after a rerun, or say calmly why not and leave the fields as they are."""
    try:
        command()
    except PortalError as refusal:
        errors.show(refusal)
        return
    st.session_state[_DONE] = done
    if forget:
        st.session_state.pop(forget, None)
    st.rerun()


def role_name(role: Role) -> str:
    """A role in the reader's language."""
    return t(f"admin.role.{role.value}")


def active_name(active: bool) -> str:
    """Whether somebody may sign in."""
    return t("admin.users.active") if active else t("admin.users.disabled")


page()
