"""Ask a tenant's own router about a gold row, as the conversation's nodes would."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal, get_args

from evals.data.rows import GoldRow, HistoryLine
from evals.outcome import Near, Outcome, Said, Step
from nodes.build_turn import locale_of, visible
from nodes.ports import Ports, Router, RouteRequest
from prompts.tenant import Tenant
from state.decision import Lane, RouterDecision
from state.ids import MessageId, TurnId
from state.turn import LocationPart, MediaPart, Part, TextPart, Turn

Previous = Literal["gold", "own"]
Closing = Callable[[], Awaitable[None]]

_File = Literal["image", "audio", "voice", "video", "document", "sticker"]
_FILES: Final[tuple[_File, ...]] = get_args(_File)


async def nothing() -> None:
    """Let go of nothing."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A router to be measured.

    Attributes:
        ports: what the nodes of a conversation with it would have; their router is the one measured.
        replay: decides the earlier turns of a row; the same router, or its local part where asking costs money.
        fingerprint: changes with whatever its answers depend on.
        about: what there is to say about it, as a run's `about`.
        previous: whether a row's message is met in the lane the row names, or where the router itself had gone.
        close: lets go of connections to models.
    """

    ports: Ports
    replay: Router
    fingerprint: str
    about: dict[str, str]
    previous: Previous = "gold"
    close: Closing = nothing

    async def ask(self, row: GoldRow) -> Said:
        """Return where the router sends the row's message."""
        turns, lane = await self._replayed(row)
        locale = locale_of(visible(row.text), turns[-1].locale if turns else None, self.ports)
        turn = _turn(len(turns), _parts(row), visible(row.text), locale)
        request = RouteRequest(turns=[*turns, turn], current_lane=lane, handoff_open=lane == "handoff")
        decision = await self.ports.router.decide(request)
        return _said(decision, locale)

    def strangers(self, rows: Sequence[GoldRow]) -> list[str]:
        """Return intents that rows name and the tenant doesn't have: misspelt, most likely, and never found."""
        inside = [row for row in rows if row.intent and not row.out_of_scope]
        named = {name for row in inside for name in (row.intent or "", *(one.intent for one in row.accept))}
        return sorted(name for name in named if self.ports.tenant.intent(name) is None)

    async def _replayed(self, row: GoldRow) -> tuple[list[Turn], Lane | None]:
        turns: list[Turn] = []
        lane: Lane | None = None
        exchanges = _exchanges(row.history)
        for number, (text, reply) in enumerate(exchanges, start=1):
            locale = locale_of(visible(text), turns[-1].locale if turns else None, self.ports)
            turn = _turn(number, [TextPart(text)], visible(text), locale)
            request = RouteRequest(turns=[*turns, turn], current_lane=lane, handoff_open=lane == "handoff")
            decision = await self.replay.decide(request)
            lane = decision.lane
            if number == len(exchanges) and self.previous == "gold" and row.prev_lane:
                lane = row.prev_lane
            turns.append(replace(turn, reply=reply, lane=lane, intent=_intent(decision, lane, self.ports.tenant)))
        return turns, (row.prev_lane if self.previous == "gold" else lane)


def outcome(row: GoldRow, said: Sequence[Said]) -> Outcome:
    """Return a row beside what was said to it, the first time and again."""
    return Outcome(
        id=row.id,
        group=row.scenario_id,
        text=row.text,
        gold=row.lane,
        accepted=[row.lane, *(one.lane for one in row.accept)],
        accepted_intents=[one.intent for one in row.accept],
        gold_intent=None if row.out_of_scope else row.intent,
        intent_known=row.out_of_scope or row.intent is not None,
        outside=row.out_of_scope,
        lang=row.lang,
        kind=row.kind,
        tags=row.tags,
        history=[(line.role, line.text) for line in row.history],
        previous=row.prev_lane,
        said=said[0],
        again=[one.label for one in said[1:]],
    )


def _said(decision: RouterDecision, locale: str) -> Said:
    return Said(
        label=decision.lane,
        intent=decision.intent,
        confidence=decision.confidence,
        probabilities=decision.probabilities,
        out_of_scope=decision.out_of_scope,
        rejected=decision.outcome == "out_of_scope",
        reason=decision.reason,
        chain=[Step(**asdict(stage)) for stage in decision.chain],
        nearest=[Near(**asdict(near)) for near in decision.nearest],
        lang=locale,
        model=decision.model,
        degraded=decision.degraded,
        cost_usd=decision.cost_usd or 0.0,
        ms=decision.ms,
    )


def _exchanges(history: Sequence[HistoryLine]) -> list[tuple[str, str]]:
    """Return (customer, assistant) pairs; what the assistant says before any customer is left out."""
    pairs: list[tuple[str, str]] = []
    for line in history:
        if line.role == "customer":
            pairs.append((line.text, ""))
        elif pairs:
            pairs[-1] = (pairs[-1][0], line.text)
    return pairs


def _intent(decision: RouterDecision, lane: Lane, tenant: Tenant) -> str | None:
    """Return the decision's intent, or the likeliest one of the lane it should have chosen."""
    if decision.lane == lane:
        return decision.intent
    for name in decision.intents:
        intent = tenant.intent(name)
        if intent and intent.lane == lane:
            return name
    return None


def _parts(row: GoldRow) -> list[Part]:
    text: list[Part] = [TextPart(row.text)] if row.text else []
    if row.kind != "media":
        return text
    sent = {tag.removeprefix("media:") for tag in row.tags}
    if "location" in sent:
        return [LocationPart(0.0, 0.0), *text]
    file = next((name for name in _FILES if name in sent), _FILES[0])
    return [MediaPart(file, ref="evaluation", caption=row.text or None)]


def _turn(number: int, parts: list[Part], text: str, locale: str) -> Turn:
    return Turn(TurnId(f"trn_{number}"), MessageId(f"msg_{number}"), number, parts, text, locale)
