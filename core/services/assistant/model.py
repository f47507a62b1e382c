"""What a conversation with the assistant is made of, as screens and reviewers read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.domain.affordability import Outcome
from core.domain.hardship import HardshipReason
from core.domain.offers.conversation import Stop
from core.domain.offers.model import NO_WISH, Facts, Wish
from core.domain.offers.negotiation import Negotiation
from core.domain.request_checks import TermLimits
from core.domain.understanding import Understanding
from core.services.means import Means


class TurnSource(StrEnum):
    """What the cardholder did."""

    OPENING = "opening"
    TEXT = "text"
    ADJUSTED = "adjusted"
    """Moved the sliders: exploring, which no rule of stopping counts."""
    CORRECTED = "corrected"
    """Put right by hand what was understood."""
    CEILING = "ceiling"
    """Chose, after the warning, to pay more than is affordable."""
    RESTARTED = "restarted"
    PERSON = "person"
    """Asked for a person by the button."""
    CALLED_OFF = "called_off"
    """No longer needs the person who was asked for."""


class Reply(StrEnum):
    """What the bank's side says, besides offers; words are the screens' own, several may follow one turn."""

    GREETING = "greeting"
    OFFERS = "offers"
    """The offers of this turn's negotiation."""
    RELIEF = "relief"
    """No instalment is affordable: what helps now instead, and where advice is."""
    NO_ASSESSMENT = "no_assessment"
    """What is affordable is not known yet."""
    WISH_NOTED = "wish_noted"
    """What was wished counts as soon as what is affordable is known."""
    NOTHING_OWED = "nothing_owed"
    REQUEST_OPEN = "request_open"
    ARRANGEMENT_HOLDS = "arrangement_holds"
    FACTS_CHANGED = "facts_changed"
    """What is owed or can be paid has changed since the last offers."""
    OFFERS_MOVED = "offers_moved"  # by another window, since who speaks saw them
    ACCEPTED_WISH = "accepted_wish"
    REFUSED_WISH = "refused_wish"
    """With a reason and a plan that would do."""
    NOTHING_LEFT = "nothing_left"
    """With a reason, and no plan."""
    PUT_ASIDE = "put_aside"
    """A limit named earlier kept what is wished now from an answer, and no longer counts."""
    ASK_WHICH_AMOUNT = "ask_which_amount"
    ASK_PERIOD_OF_AMOUNT = "ask_period_of_amount"
    ASK_WHICH_OFFER = "ask_which_offer"
    ASK_HOW_LONG = "ask_how_long"
    ASK_WHICH_DATE = "ask_which_date"
    UNCLEAR = "unclear"
    QUESTION = "question"
    """One that nothing here answers."""
    ABOUT_CREDIT_RECORD = "about_credit_record"
    ABOUT_COURT = "about_court"
    ABOUT_OTHERS_TOLD = "about_others_told"
    ABOUT_INTEREST_STOPS = "about_interest_stops"
    ABOUT_MISSED_INSTALMENT = "about_missed_instalment"
    ABOUT_WHO_DECIDES = "about_who_decides"
    ABOUT_BINDING = "about_binding"
    DISPUTE = "dispute"
    COMPLAIN = "complain"
    """Anger, or a complaint that says nothing of how somebody was treated: a person is offered."""
    GRIEVANCE = "grievance"
    """A complaint about how somebody was treated: a person hears it."""
    ACCEPT = "accept"
    """The way to the send step of ``Turn.accepts``; nothing has been sent."""
    REJECT = "reject"
    UNDECIDED = "undecided"
    RESTART = "restart"
    HARDSHIP_NOTED = "hardship_noted"
    RENEW_ASSESSMENT = "renew_assessment"
    """What was told may lower what is affordable: the figures are older than it."""
    CEILING_CHOSEN = "ceiling_chosen"
    CARE = "care"
    """Somebody spoke of harming themselves: help that answers now, before anything about money."""
    STILL_HERE = "still_here"
    """Where nothing was understood, nobody waits for a person, and words are not to be looked for: what can be done."""
    GENTLY = "gently"
    """Before any answer to who seemed vulnerable earlier: the same answer as anybody's, without haste."""
    PERSON_CALLED = "person_called"
    PERSON_STAYS = "person_stays"
    """What was said is set aside; that a person calls is not."""
    PERSON_CALLED_OFF = "person_called_off"
    ENDED_VULNERABLE = "ended_vulnerable"
    ENDED_NOTHING_FEASIBLE = "ended_nothing_feasible"
    ENDED_SAME_OFFER_TWICE = "ended_same_offer_twice"
    ENDED_ROUNDS = "ended_rounds"
    ENDED_TURNS = "ended_turns"
    """The conversation holds no more turns: a person goes on."""


class PersonCause(StrEnum):
    """Why a person of the bank is wanted, the most pressing first."""

    SELF_HARM = "self_harm"
    VULNERABLE = "vulnerable"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    ASKED = "asked"
    STOPPED = "stopped"
    """The conversation ended without an agreement."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer by the turn that showed it and its label there (``core.services.assistant.offers``)."""

    turn_number: int
    label: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Doing nothing until ``until_date``, by the projection of every other page; in fen."""

    until_date: date
    total_minor: int
    interest_minor: int
    late_fees_minor: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One step: what was said, what was understood, what was answered. Never changed once kept."""

    turn_id: str
    number: int
    at: datetime
    source: TurnSource
    said: str | None
    understood: Understanding | None
    wish: Wish
    """Everything wished up to here, this turn included."""
    negotiation: Negotiation | None
    """None where nothing was worked out: the last one before still stands."""
    replies: tuple[Reply, ...]
    stop: Stop | None
    input_hash: str | None
    result_hash: str | None
    hardship: tuple[str, ...] = ()
    """Codes said in this conversation (those of ``core.domain.understanding``), flagged: nobody has checked them."""
    accepts: Choice | None = None
    """The offer that was agreed to in words, for the send step."""
    nothing: Nothing | None = None
    """Where the facts are new: doing nothing under them."""
    policy_version: str = ""


@dataclass(frozen=True, slots=True)
class SliderSettings:
    """Between what the sliders move; amounts in fen."""

    longest_months: int
    least_instalment_minor: int
    most_down_payment_minor: int
    first_due_from: date
    first_due_to: date
    due_day_from: int = 1
    due_day_to: int = 28
    """Every month has it."""
    longest_pause_months: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation about one account, as its cardholder reads it. Amounts in fen."""

    conversation_id: str
    account_id: str
    card_last4: str
    as_of: date
    balance_minor: int
    days_past_due: int
    amount_due_minor: int
    """Still to be paid of the newest minimum payment."""
    facts: Facts | None
    """None without a finished assessment, and where nothing may be asked."""
    means: Means
    assessment_outcome: Outcome | None
    declared_hardship: HardshipReason | None
    """For the send step: what was named in the assessment, else what was said here."""
    vulnerable: bool
    turns: tuple[Turn, ...]
    """The first one and the newest, in their order; ``earlier_turns`` went between."""
    earlier_turns: int
    stop: Stop | None
    person_asked_at: datetime | None
    person_cause: PersonCause | None
    proposal_id: str | None
    blocked_by: str | None
    """As ``AccountOption.blocked_by``: ``open_request``, ``arrangement``, ``nothing_owed``; None: may ask."""
    open_request_id: str | None
    limits: TermLimits
    sliders: SliderSettings
    chose_ceiling: bool = False
    wish: Wish = NO_WISH
    hardship: tuple[str, ...] = ()
    person_waited_for: bool = False
    """A person was asked for and nobody of the bank has taken it up."""
    figures_of: date | None = None
    """Where something was told since that may lower what is affordable: the day of the assessment all this rests on."""
    in_danger: bool = False
    """Whether they spoke of harming themselves, here or about another card: help that answers now stays in sight."""

    @property
    def may_call_off(self) -> bool:
        """Whether the person who was asked for can be told not to come; of who is in danger the bank decides."""
        return self.person_waited_for and not self.in_danger

    @property
    def may_ask(self) -> bool:
        """Whether a request can be sent from here."""
        return self.blocked_by is None and self.proposal_id is None

    @property
    def last_shown(self) -> Turn | None:
        """The newest turn with offers."""
        return next((turn for turn in reversed(self.turns) if turn.negotiation is not None), None)

    @property
    def nothing(self) -> Nothing | None:
        """Doing nothing under the facts of today."""
        return next((turn.nothing for turn in reversed(self.turns) if turn.nothing is not None), None)

    @property
    def may_choose_ceiling(self) -> bool:
        """Whether there is a ceiling above what is affordable that has not been chosen.

        Who seems vulnerable decides that together with a person.
        """
        facts = self.facts
        return (facts is not None and not self.chose_ceiling and self.stop is not Stop.VULNERABLE
                and facts.ceiling_minor > facts.affordable_minor)


@dataclass(frozen=True, slots=True)
class TranscriptPart:
    """One conversation of a case, whole."""

    conversation_id: str
    opened_at: datetime
    as_of: date
    turns: tuple[Turn, ...]
    hardship: tuple[str, ...]
    chosen: Choice | None
    person_asked_at: datetime | None
    person_cause: PersonCause | None
    person_taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said and shown before a request was sent, oldest first; the last part led to it."""

    proposal_id: str
    parts: tuple[TranscriptPart, ...] = field(default=())

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns in order."""
        return tuple(turn for part in self.parts for turn in part.turns)

    @property
    def chosen(self) -> Choice | None:
        """The offer the request was made from; None for a request that was filled in."""
        return self.parts[-1].chosen if self.parts else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a person of the bank. No name: taking it up is what shows it."""

    conversation_id: str
    card_last4: str
    asked_at: datetime
    cause: PersonCause
    vulnerable: bool
    turns: int
    language: str
    proposal_id: str | None
    in_my_hands: bool = False
    """Whoever asks has taken it up, within the last day."""
