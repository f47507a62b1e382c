"""Who somebody is: signing in, sessions, activation, users. See ``docs/architecture.md``."""

from core.services.identity.activation import (
    DemoMessage,
    activate,
    demo_messages,
    demo_phone,
    reset_password,
    start_activation,
    start_reset,
)
from core.services.identity.people import NOBODY, Person, clean_login, clean_name, masked_name
from core.services.identity.sessions import (
    LiveSession,
    count_sessions,
    issue_ticket,
    redeem_ticket,
    resolve_session,
    sign_out,
    sign_out_everywhere,
)
from core.services.identity.sign_in import authenticate
from core.services.identity.users import (
    User,
    change_password,
    change_user_role,
    choose_language,
    create_user,
    find_user,
    list_users,
    set_user_active,
    set_user_password,
)

__all__ = [
    "NOBODY", "DemoMessage", "LiveSession", "Person", "User", "activate", "authenticate", "change_password",
    "change_user_role", "choose_language", "clean_login", "clean_name", "count_sessions", "create_user",
    "demo_messages", "demo_phone", "find_user", "issue_ticket", "list_users", "masked_name", "redeem_ticket",
    "reset_password",
    "resolve_session", "set_user_active", "set_user_password", "sign_out", "sign_out_everywhere",
    "start_activation", "start_reset",
]
