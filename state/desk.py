"""What a shop's people work on: tickets, returns and conversations that were handed over, each with its number."""

import re
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pydantic import JsonValue

from state.errors import LanewayError
from state.ids import ContactId, SessionId, TenantId
from state.turn import Channel

CaseKind = Literal["ticket", "return", "handoff"]
TicketStatus = Literal["open", "answered", "closed"]
ReturnStatus = Literal["requested", "review", "received", "refunded", "cancelled"]
CaseStatus = TicketStatus | ReturnStatus | Literal["claimed", "given_back", "left", "timed_out"]
"""Tickets are open, answered, closed; returns requested (or review), received, refunded, cancelled; handoffs open,
claimed, and in the end given back by an operator, left by the customer, or timed out."""

EntryKind = Literal["customer", "operator", "assistant", "note", "event"]

PREFIXES: Final[dict[CaseKind, str]] = {"ticket": "TK", "return": "RT", "handoff": "HO"}
FIRST_NUMBER: Final = 1001
LONGEST_ENTRY: Final = 8000
"""Characters; what a message over the API may have."""

WAITING: Final[frozenset[CaseStatus]] = frozenset({"open", "claimed"})
"""A handoff in one of these has the conversation."""

FROM: Final[dict[CaseStatus, frozenset[CaseStatus]]] = {
    "open": frozenset({"answered", "closed"}),
    "answered": frozenset({"open"}),
    "closed": frozenset({"open", "answered"}),
    "requested": frozenset({"review"}),
    "received": frozenset({"requested"}),
    "refunded": frozenset({"requested", "received"}),
    "cancelled": frozenset({"requested", "review", "received"}),
}
"""The statuses from which a ticket or a return gets to each, where the shop's people put it there."""

CASE_NUMBER: Final = re.compile(r"(?<![\w-])(TK|RT|HO)[- ]?(\d{4,9})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a case comes from, and so whose it is."""

    tenant: TenantId
    session: SessionId
    channel: Channel
    locale: str
    contact: ContactId | None = None

    def owns(self, case: "Case") -> bool:
        """Tell whether a case is this customer's: the same conversation, or the same known contact."""
        same_contact = self.contact is not None and self.contact == case.origin.contact
        return self.tenant == case.origin.tenant and (self.session == case.origin.session or same_contact)


@dataclass(frozen=True, slots=True)
class Draft:
    """A case before it has a number; times are ms since 1970 UTC."""

    kind: CaseKind
    origin: Origin
    subject: str
    status: CaseStatus
    at: int
    due: int | None = None
    topic: str = ""
    order: str = ""
    facts: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, a return or a handoff.

    Attributes:
        number: what people call it: `TK-1001`, `RT-1001`, `HO-1001`.
        topic: the intent it came from.
        due: by when somebody should have answered (ms since 1970 UTC).
        operator: who has taken it.
        heard: when the customer last wrote; `answered` when a person last did; 0 for never.
        revision: counts the changes, from 1.
        facts: what else is known: a return's lines and terms, a handoff's summary.
    """

    number: str
    kind: CaseKind
    origin: Origin
    subject: str
    status: CaseStatus
    opened: int
    updated: int
    due: int | None = None
    topic: str = ""
    order: str = ""
    operator: str | None = None
    heard: int = 0
    answered: int = 0
    revision: int = 1
    facts: dict[str, JsonValue] = field(default_factory=dict)

    def with_entry(self, entry: "Entry") -> "Case":
        """Return the case after an entry."""
        return replace(
            self,
            updated=max(self.updated, entry.at),
            heard=max(self.heard, entry.at) if entry.kind == "customer" else self.heard,
            answered=max(self.answered, entry.at) if entry.kind == "operator" else self.answered,
            revision=self.revision + 1,
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's story; `key` makes it once, `at` is ms since 1970 UTC, `author` an operator's name."""

    key: str
    kind: EntryKind
    at: int
    text: str
    author: str = ""


def first_case(draft: Draft, number: str) -> Case:
    """Return a draft as the case it becomes."""
    return Case(
        number=number,
        kind=draft.kind,
        origin=draft.origin,
        subject=draft.subject,
        status=draft.status,
        opened=draft.at,
        updated=draft.at,
        due=draft.due,
        topic=draft.topic,
        order=draft.order,
        heard=draft.at,
        facts=draft.facts,
    )


def number_of(kind: CaseKind, count: int) -> str:
    """Return the number of the `count`-th case of a kind, from 1."""
    return f"{PREFIXES[kind]}-{FIRST_NUMBER + count - 1}"


def case_number(text: str, kind: CaseKind | None = None) -> str | None:
    """Return the first case number in a text, as it is kept; of one kind, if given."""
    for prefix, digits in CASE_NUMBER.findall(text):
        if kind is None or PREFIXES[kind] == prefix.upper():
            return f"{prefix.upper()}-{digits}"
    return None


class CaseNotFoundError(LanewayError):
    """No such ticket, return or handoff."""

    code = "case_not_found"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"There is no {number[:32]!r}.", hint="`laneway handoffs`, `tickets` and `returns` list what there is."
        )


class CaseStatusError(LanewayError):
    """A ticket or a return can't go from the status it is in to the one that is wanted."""

    code = "case_status"

    def __init__(self, number: str, status: str, wanted: str) -> None:
        super().__init__(
            f"{number} is {status.replace('_', ' ')} and can't become {wanted}.",
            hint="Look at it: somebody may have settled it already.",
        )


class CaseTakenError(LanewayError):
    """Another operator has the conversation."""

    code = "case_taken"

    def __init__(self, number: str, operator: str) -> None:
        super().__init__(
            f"{number} is {operator!r}'s.",
            hint="Leave it to them, or claim it with `--take` (over HTTP `take`) to take it over.",
        )


class CaseOverError(LanewayError):
    """The conversation is with the assistant again."""

    code = "case_over"

    def __init__(self, number: str, status: str) -> None:
        super().__init__(
            f"{number} is over ({status.replace('_', ' ')}).",
            hint="The assistant answers this customer again; they can ask for a person at any time.",
        )
