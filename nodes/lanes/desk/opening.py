"""Open a case in a turn: once, whatever happens to the turn."""

from typing import Final, cast

from langgraph.runtime import Runtime

from nodes.cases import Cases
from nodes.lanes.desk.deadlines import in_ms
from nodes.ports import Ports
from state.conversation import Conversation
from state.desk import Case, Draft, Entry, Origin
from state.effect import EffectName, SideEffect
from state.errors import RecordsUnavailableError
from state.events import Log, ToolEnd, ToolStart
from state.turn import Turn, plain_text

_TITLE: Final = 120


def origin_of(state: Conversation) -> Origin:
    """Return whose conversation it is."""
    turn = state["turns"][-1]
    return Origin(state["tenant_id"], state["session_id"], state["channel"], turn.locale, state["user_id"])


def subject_of(text: str) -> str:
    """Return a case's title: the first of the customer's words."""
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1].rsplit(' ', 1)[0]}…"


def words_of(turn: Turn) -> str:
    """Return what the customer sent, in words: files as `[image]`."""
    return " ".join(plain_text([part]) or f"[{part.kind}]" for part in turn.parts)


def customers_entry(turn: Turn) -> Entry:
    """Return the turn as a line of a case's story."""
    return Entry(turn.id, "customer", turn.at, words_of(turn))


async def open_once(draft: Draft, runtime: Runtime[Ports], cases: Cases, *, turn: Turn, node: str) -> Case:
    """Return the case that the draft became, the same however often the node runs; its story begins with the turn.

    Raises:
        RecordsUnavailableError: the records can't be written.
    """
    tell, now = runtime.stream_writer, runtime.context.clock.now
    name, began = f"open_{draft.kind}", in_ms(now())
    tell(ToolStart(node, name))

    async def call(key: str) -> str:
        case = await cases.open(draft, key)
        await cases.add(draft.origin.tenant, case.number, customers_entry(turn))
        return case.number

    effect = EffectName(turn.id, f"{node}.{name}")
    number = cast("str", await runtime.context.effects.once(effect, call, effect=SideEffect.IDEMPOTENT))
    tell(ToolEnd(node, name, float(in_ms(now()) - began), "ok"))
    case = await cases.get(draft.origin.tenant, number)
    if case is None:
        raise RecordsUnavailableError(f"{number} was opened and is not there")
    return case


async def note(cases: Cases, case: Case, entry: Entry, runtime: Runtime[Ports]) -> bool:
    """Add to a case's story; False when it can't be written now: the turn itself is kept in any case."""
    try:
        return await cases.add(case.origin.tenant, case.number, entry)
    except RecordsUnavailableError as error:
        runtime.stream_writer(Log("warning", "case.not_noted", {"case": case.number, "reason": error.code}))
        return False
