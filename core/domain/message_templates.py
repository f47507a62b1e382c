"""Every kind of message the bank writes to a cardholder; the only ones the outbox takes."""

from __future__ import annotations

from enum import StrEnum


class MessageTemplate(StrEnum):
    """What a message says; the words are the catalogue's, ``cardholder.message.<value>`` in the reader's language.

    A member without words fails the check of the catalogues, and nothing but a member can be sent.
    """

    REQUEST_RECEIVED = "request_received"
    REQUEST_INFORMATION = "request_information"
    REQUEST_APPROVED = "request_approved"
    REQUEST_REFUSED = "request_refused"
    REQUEST_EXPIRED = "request_expired"
    STATEMENT_ISSUED = "statement_issued"
    MINIMUM_MISSED = "minimum_missed"
    """A minimum payment was not paid in time, and a late fee followed."""
    MINIMUM_MISSED_NO_FEE = "minimum_missed_no_fee"
    PERSON_CALLED = "person_called"
    """A person of the bank was asked for in a conversation, or should take it over."""
    PERSON_CALLED_OFF = "person_called_off"
    ARRANGEMENT_KEPT = "arrangement_kept"
    ARRANGEMENT_MISSED = "arrangement_missed"
    ARRANGEMENT_LAPSED = "arrangement_lapsed"
    PROMISE_KEPT = "promise_kept"
    PROMISE_MISSED = "promise_missed"
    CODE = "identity.sms.code"
    """Messages of signing in, to the phone alone, carry their whole key: the area of signing in owns their words."""
    ACTIVATED = "identity.sms.activated"
    NOT_ACTIVATED = "identity.sms.not_activated"


OF_SIGNING_IN = frozenset({MessageTemplate.CODE, MessageTemplate.ACTIVATED, MessageTemplate.NOT_ACTIVATED})

OF_THE_ACCOUNT = frozenset({MessageTemplate.STATEMENT_ISSUED, MessageTemplate.MINIMUM_MISSED,
                            MessageTemplate.MINIMUM_MISSED_NO_FEE})
"""What the account itself brings, whether or not anybody asked for anything."""
