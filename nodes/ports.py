"""What steps need from outside, as they need it. Adapters don't inherit from these."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from langchain_core.language_models import BaseChatModel
from pydantic import JsonValue

from nodes.caps import AgentCaps
from nodes.cases import Cases
from nodes.chat_workflows import ChatWorkflows
from nodes.ownership import Owner
from nodes.pages import Pages
from nodes.shop.ports import Counter
from prompts.tenant import Tenant
from prompts.versions import PromptFile
from state.decision import Lane, NearestExample, RouterDecision
from state.effect import Begun, EffectName, Holder, InDoubt, Recorded, SideEffect, idempotency_key
from state.errors import NotDoneError
from state.ids import SessionId
from state.media import MediaNotFoundError
from state.turn import InboundMessage, MediaPart, Turn


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """What a router may look at.

    `turns` ends with the one to decide; `awaiting` names what the last reply asked for, if anything. `session` decides
    which version of a prompt is used. Without an open cart nothing is taken for a change of it.
    `handoff_waiting`: nobody has taken the open handoff yet.
    """

    turns: Sequence[Turn]
    current_lane: Lane | None = None
    handoff_open: bool = False
    handoff_waiting: bool = False
    cart_open: bool = True
    awaiting: str | None = None
    session: str = ""


class Router(Protocol):
    """Decides where a turn goes."""

    async def decide(self, request: RouteRequest) -> RouterDecision:
        """Return the decision; raises `RoutingError` when no stage can make one."""
        ...


@dataclass(frozen=True, slots=True)
class LocalScores:
    """What the local classifier thinks of a text.

    `intents` are calibrated probabilities of every intent, best first, summing to 1; `similarity` is the cosine
    to the nearest example. `out_of_scope` is the probability that the text is none of the intents, made from
    both.
    """

    intents: dict[str, float]
    similarity: float
    nearest: list[NearestExample]
    out_of_scope: float = 0.0


class Classifier(Protocol):
    """Scores a text without leaving the process."""

    def scores(self, text: str, locale: str) -> LocalScores:
        """Return probabilities for `text`; any text, also an empty one, gets an answer."""
        ...


class LanguageDetector(Protocol):
    """Tells which of the tenant's languages a text is in."""

    def detect(self, text: str) -> tuple[str, float]:
        """Return the likeliest locale and its probability among the tenant's locales."""
        ...


class Clock(Protocol):
    """Time, so that steps don't ask the machine."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


EffectCall = Callable[[str], Awaitable[JsonValue]]
"""What an effect does, given its idempotency key; returns what to remember of it, as JSON values."""


class Effects(Protocol):
    """The effects of one turn's run: each happens once, though the node that does it may run again."""

    async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:
        """Return what `call` returns, or what it returned before; the value is as JSON brings it back.

        A call that certainly did nothing raises `NotDoneError` and may be made again. After any other exception an
        irreversible effect is in doubt.

        Raises:
            AmbiguousEffectError: it is irreversible and in doubt; `call` was not called.
            EffectResultError: it was done, now or before, and its result can't be kept.
            StaleFenceError: another worker has the session; when `call` was called, its result is not recorded.
        """
        ...


class EffectStore(Protocol):
    """Where effects are written down, each write under the fencing token of `holder`.

    Every method raises `StaleFenceError` when another worker has taken the session over.
    """

    async def begin(self, holder: Holder, name: EffectName, effect: SideEffect) -> Begun | Recorded | InDoubt:
        """Record the intent, or return what became of an earlier one."""
        ...

    async def record(self, holder: Holder, name: EffectName, begun: Begun, result: Recorded) -> None:
        """Write down the call's result."""
        ...

    async def doubt(self, holder: Holder, name: EffectName, begun: Begun) -> None:
        """Write down that nobody knows whether the call was done."""
        ...

    async def withdraw(self, holder: Holder, name: EffectName, begun: Begun) -> None:
        """Take the intent back: the call was certainly not done."""
        ...


class Media(Protocol):
    """Fetches the files that customers send, and keeps them for a time."""

    async def take_in(self, message: InboundMessage, part: MediaPart) -> MediaPart:
        """Return the part with its file `stored`, or with a `problem`; the same file again is not fetched again."""
        ...

    async def content(self, message: InboundMessage, part: MediaPart) -> bytes:
        """Return the bytes of a part that was taken in; raises `MediaNotFoundError`, `MediaFailedError`."""
        ...


class NoMedia:
    """Media where no channel has files to fetch: parts stay as they are."""

    async def take_in(self, message: InboundMessage, part: MediaPart) -> MediaPart:  # noqa: ARG002 # the port's
        """Return the part with nothing but what the sender says."""
        return replace(part, stored=None, problem=None, transcript=None)

    async def content(self, message: InboundMessage, part: MediaPart) -> bytes:  # noqa: ARG002 # the port's
        """Raise `MediaNotFoundError`."""
        raise MediaNotFoundError(part.ref)


class Transcriber(Protocol):
    """Writes down what is said in a recording."""

    async def transcribe(self, audio: bytes, mime: str, locale: str | None) -> str:
        """Return the words, empty when there are none; `locale` is the language they are likely in.

        Raises `TranscriptionError`.
        """
        ...


class Unrecorded:
    """Effects where no session is held, as when a graph is only looked at: nothing outside is done."""

    async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:
        """Call what is pure; raises `NotDoneError` for everything else."""
        if effect is not SideEffect.PURE:
            raise NotDoneError(f"No session is held, so {str(name)!r} was not done.", hint="Run it in a turn.")
        return await call(idempotency_key(SessionId(""), name))


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a model may choose."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One choice to make; `name` is its key in the answer."""

    name: str
    text: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model reads before it decides; `version` names the prompt file it was made of."""

    system: str
    user: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The option chosen, and the probability of every option, summing to 1.

    The probabilities are the model's own: from the Decisions API, or from the logarithms of its tokens where it gives
    them. Where it gives neither, the choice has 1 and the others 0. None of them is calibrated.
    """

    choice: str
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `cached_tokens` are among the `input_tokens`, and cheaper."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """What a model decided.

    Attributes:
        verdicts: by the name of the question; every question has one.
        model: who decided, `anthropic:NAME` or `openai:NAME`.
        usage: tokens of the call that answered.
        cost_usd: what they cost by the price table; None when it doesn't have the model.
        ms: wall time of the whole, attempts that failed included.
        provider_fallback: the first model of the list failed and a later one decided.
    """

    verdicts: dict[str, Verdict]
    model: str
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    ms: float = 0.0
    provider_fallback: bool = False


class Decider(Protocol):
    """Answers questions about a text, several at once."""

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        """Return a verdict on every question; raises `ModelError` when there is no answer that can be used."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The runtime context of every node.

    `effects` and `deadline` are the turn's own: everything that a node does outside goes through the first, and the
    second is the event loop's time (s) by which the turn ends one way or another, for `asyncio.timeout_at`.
    `decider` and `chat` ask language models, None where none is configured; within a node they keep the turn's
    deadline, caps and effects by themselves. `prompt` gives a session its version of what the lanes' models are told.
    `owners` know whose records are, by kind (`order`, `ticket`). `counter` takes orders, None where the shop takes
    none. `cases` are the records of tickets, returns and handoffs, None where there are none; `pages` finds knowledge
    pages, None where shared words have to do. `workflows` are what customers may start.
    """

    tenant: Tenant
    router: Router
    languages: LanguageDetector
    clock: Clock
    window: int = 40
    effects: Effects = field(default_factory=Unrecorded)
    deadline: float | None = None
    media: Media = field(default_factory=NoMedia)
    transcriber: Transcriber | None = None
    decider: Decider | None = None
    chat: BaseChatModel | None = None
    prompt: Callable[[str], PromptFile] | None = None
    caps: AgentCaps = field(default_factory=AgentCaps)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    counter: Counter | None = None
    cases: Cases | None = None
    pages: Pages | None = None
    workflows: ChatWorkflows | None = None
