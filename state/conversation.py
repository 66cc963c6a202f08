"""The state of one conversation: flat, typed, versioned. LangGraph's channels are these fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from state.decision import Lane, RouterDecision
from state.errors import InvalidStateError
from state.ids import ContactId, SessionId, TenantId
from state.turn import Channel, InboundMessage, Turn

VERSION: Final = 1

Status = Literal["idle", "running", "failed"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the customer can tap instead of typing; `id` comes back as the reply's id.

    `description` says more where a channel has room for it: a price, a place.
    """

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An address the customer can open, and what its button says."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the customer is sent, at an address that the channel fetches it from."""

    kind: Literal["image", "audio", "video", "document"]
    url: str
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from: a knowledge page, the opening hours, a product."""

    kind: Literal["page", "hours", "product", "contact"]
    ref: str
    title: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to the customer, before a channel shapes it.

    `reaction` is an emoji that says the same where a channel can put one on the customer's message.
    """

    text: str
    choices: list[Choice] = field(default_factory=list)
    link: Link | None = None
    attachment: Attachment | None = None
    reaction: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A lane agent's draft: what to say, what supports it, and what it now waits for.

    `silent` says nothing at all: a person has the conversation.
    """

    text: str
    sources: list[Source] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    awaiting: str | None = None
    link: Link | None = None
    attachment: Attachment | None = None
    reaction: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class CartLine:
    """One product in the cart; `price_minor` is the unit price in the currency's minor unit."""

    sku: str
    name: str
    quantity: int
    price_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person was asked for; `at` is milliseconds since 1970 UTC.

    `number` is its case in the records, empty where there are none. `noticed`: the customer has been told, since they
    asked, that it may take a while.
    """

    reason: str
    at: int
    number: str = ""
    noticed: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that can't be taken back and waits for the customer's yes.

    `args` are the tool's arguments as JSON, `words` what the customer was asked.
    """

    lane: Lane
    tool: str
    args: str
    words: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in the last turn, by `LanewayError.code` and node."""

    code: str
    node: str


def upsert_turns(kept: Sequence[Turn], arrived: Sequence[Turn]) -> list[Turn]:
    """Append the turns that are new and replace those whose id is known, in place.

    A node that runs twice therefore adds its turn once. The reducer of `Conversation.turns`.
    """
    merged = {turn.id: turn for turn in kept}
    merged.update((turn.id, turn) for turn in arrived)
    return list(merged.values())


class Conversation(TypedDict):
    """Everything a conversation knows between turns.

    `turns` is a window of the dialogue, oldest first; the last one is the turn being answered. `slots` are facts
    the customer gave (an order number, a product). `awaiting` names what the last reply asked for.
    """

    version: int
    session_id: SessionId
    tenant_id: TenantId
    channel: Channel
    user_id: ContactId | None
    locale: str
    current_lane: Lane | None
    intent: str | None
    decision: RouterDecision | None
    inbound: InboundMessage | None
    turns: Annotated[list[Turn], upsert_turns]
    cart: list[CartLine]
    ticket_id: str | None
    slots: dict[str, str]
    awaiting: str | None
    proposal: Proposal | None
    handoff: Handoff | None
    reply: Reply | None
    outbound: list[OutboundMessage]
    status: Status
    error: Failure | None


@with_config(ConfigDict(extra="forbid", strict=True))
class ConversationUpdate(TypedDict, total=False):
    """What a node changes: any of `Conversation`'s keys, nothing else."""

    version: int
    session_id: SessionId
    tenant_id: TenantId
    channel: Channel
    user_id: ContactId | None
    locale: str
    current_lane: Lane | None
    intent: str | None
    decision: RouterDecision | None
    inbound: InboundMessage | None
    turns: Annotated[list[Turn], upsert_turns]
    cart: list[CartLine]
    ticket_id: str | None
    slots: dict[str, str]
    awaiting: str | None
    proposal: Proposal | None
    handoff: Handoff | None
    reply: Reply | None
    outbound: list[OutboundMessage]
    status: Status
    error: Failure | None


def defaults() -> ConversationUpdate:
    """Return the values of a conversation in which nothing has happened; identity and `inbound` are the caller's."""
    return {
        "version": VERSION,
        "user_id": None,
        "current_lane": None,
        "intent": None,
        "decision": None,
        "turns": [],
        "cart": [],
        "ticket_id": None,
        "slots": {},
        "awaiting": None,
        "proposal": None,
        "handoff": None,
        "reply": None,
        "outbound": [],
        "status": "idle",
        "error": None,
    }


_PATCH: Final = TypeAdapter(ConversationUpdate)


def validate_patch(patch: Mapping[str, Any]) -> ConversationUpdate:
    """Check a patch of top-level keys that comes from outside the graph.

    Raises:
        InvalidStateError: names the first bad key, what it holds and what it expects.
    """
    try:
        return _PATCH.validate_python(dict(patch))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidStateError(
            f"State key {key!r}: {first['msg']}; got {first['input']!r:.80}.",
            hint=f"The keys are {', '.join(ConversationUpdate.__annotations__)}.",
        ) from error


Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
UPGRADES: Final[Mapping[int, Upgrade]] = {}
"""By the version they start from; each returns the patch that makes its state one version newer."""


def upgrade(state: Mapping[str, Any], upgrades: Mapping[int, Upgrade] = UPGRADES, to: int = VERSION) -> dict[str, Any]:
    """Return the patch of top-level keys that brings `state` to version `to`; empty when it is there.

    Raises:
        InvalidStateError: the state is newer than this code, or a step is missing.
    """
    version = cast("int", state.get("version", to))
    if version > to:
        raise InvalidStateError(
            f"This conversation was written by a newer Laneway (state version {version}, this one reads {to}).",
            hint="Update every server and worker that shares the store before going on.",
        )
    patch: dict[str, Any] = {}
    for step in range(version, to):
        if step not in upgrades:
            raise InvalidStateError(
                f"There is no upgrade from state version {step}.", hint="Add it to UPGRADES in state/conversation.py."
            )
        patch |= upgrades[step]({**state, **patch})
        patch["version"] = step + 1
    return patch
