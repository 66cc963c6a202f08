from dataclasses import replace
from typing import Annotated, Any, cast

import pytest
from pydantic import Field

from nodes.caps import AgentCaps
from nodes.effects import Effect, Ledger
from nodes.lanes.consent import consent, digest
from nodes.lanes.lane import lane
from nodes.lanes.policy import Refused
from nodes.lanes.toolbox import Asked, Done, Failed, Toolbox
from nodes.ownership import Customer
from nodes.ports import Ports
from nodes.tools import SAID, Outcome, Owned, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Conversation, ConversationUpdate, Reply
from state.effect import Holder, SideEffect
from state.errors import GraphError
from state.events import ToolEnd, ToolStart
from state.ids import SessionId, TenantId, TurnId
from state.session import Session
from state.stores.memory import MemoryEffects, MemorySessions
from state.turn import ReplyPart
from tests.desk import Stage, conversation, ports


class Count(ToolInput):
    number: Annotated[int, Field(ge=1, le=9)] = 1


class LookUp(ToolInput):
    orders: list[Annotated[str, Owned("order")]] = Field(default_factory=list)


class Address(ToolInput):
    address: Annotated[str, SAID]


class Facts(ToolOutput):
    fact: str


PLACED: list[str] = []


@tool(SideEffect.PURE, example=Count(), at_most=2)
async def count_up(asked: Count, context: ToolContext) -> Outcome[Facts]:
    """Count."""
    counted = {**context.state["slots"], "count": str(int(context.state["slots"].get("count", "0")) + asked.number)}
    return Outcome(Facts(fact=counted["count"]), update={"slots": counted})


@tool(SideEffect.PURE, example=LookUp())
async def look_up(asked: LookUp, context: ToolContext) -> Outcome[Facts]:
    """Look up orders."""
    return Outcome(Facts(fact=" ".join(asked.orders)))


@tool(SideEffect.IDEMPOTENT, example=Address(address="Calle 1"))
async def deliver_to(asked: Address, context: ToolContext) -> Outcome[Facts]:
    """Set the address."""
    return Outcome(Facts(fact=asked.address))


async def order_words(asked: Count, context: ToolContext) -> str:
    return f"{asked.number} for {context.state['slots'].get('price', '5')}?"


@tool(SideEffect.IRREVERSIBLE, example=Count(), asks=order_words, requested_by={"return_item"})
async def place(asked: Count, context: ToolContext, effect: Effect) -> Outcome[Facts]:
    """Place an order."""

    async def call(key: str) -> str:
        PLACED.append(key)
        return key

    return Outcome(Facts(fact=str(await effect.once(call))), reply=Reply("placed"))


TOOLS = (count_up, look_up, deliver_to, place)


class Mine:
    async def owns(self, customer: Customer, ref: str) -> bool:
        return ref == "A-1" and customer.session == "ses_1"


@pytest.fixture(autouse=True)
def _nothing_placed() -> None:
    PLACED.clear()


async def context(**changes: Any) -> Ports:
    sessions = MemorySessions()
    await sessions.create(Session(SessionId("ses_1"), TenantId("demo"), "chat", created=1, updated=1))
    ledger = Ledger(MemoryEffects(sessions), Holder(SessionId("ses_1"), 0))
    return replace(ports(), effects=ledger, owners={"order": Mine()}, **changes)


async def opened(state: Conversation | None = None, **changes: Any) -> tuple[Toolbox, Stage]:
    stage = Stage(await context(**changes))
    return Toolbox("commerce", TOOLS, state or conversation(), stage.runtime), stage


def test_an_irreversible_tool_that_asks_nobody_is_no_tool() -> None:
    async def act(asked: Count, context: ToolContext, effect: Effect) -> Outcome[Facts]:
        return Outcome(Facts(fact=""))

    with pytest.raises(GraphError, match="Nobody is asked"):
        tool(SideEffect.IRREVERSIBLE, example=Count())(act)


async def test_a_later_tool_sees_what_an_earlier_one_changed() -> None:
    box, _ = await opened()

    await box.use(count_up, Count(number=2))
    used = await box.use(count_up, Count(number=3))

    assert used == Done(Facts(fact="5"))
    assert box.update == {"slots": {"count": "5"}}


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("refund_everyone", {}, "unknown_tool"),
        ("count_up", {"number": 99}, "bad_arguments"),
        ("count_up", {"number": 1, "discount": 100}, "bad_arguments"),
        ("count_up", "number=1", "bad_arguments"),
        ("look_up", {"orders": ["A-1", "B-2"]}, "not_owned"),
        ("deliver_to", {"address": "Evil Road 6"}, "not_said"),
        ("deliver_to", {"address": "c"}, "not_said"),
    ],
)
async def test_a_call_against_the_rules_is_refused(name: str, args: object, code: str) -> None:
    box, stage = await opened(conversation("a la Calle Mayor 3"))

    used = await box.propose(name, args)

    assert isinstance(used, Refused)
    assert used.code == code
    assert [event.outcome for event in stage.events if isinstance(event, ToolEnd)] == [f"refused:{code}"]


async def test_what_the_customer_said_and_owns_may_be_used() -> None:
    box, stage = await opened(conversation("el A-1, a la Calle Mayor, 3"))

    assert isinstance(await box.propose("look_up", {"orders": ["A-1"]}), Done)
    assert isinstance(await box.propose("deliver_to", {"address": "calle mayor 3"}), Done)
    assert [event.by for event in stage.events if isinstance(event, ToolStart)] == ["model", "model"]


async def test_a_record_of_a_kind_that_nobody_owns_is_refused() -> None:
    box = Toolbox("commerce", TOOLS, conversation(), Stage().runtime)

    assert isinstance(await box.propose("look_up", {"orders": ["A-1"]}), Refused)


async def test_a_turn_has_so_many_calls() -> None:
    box, _ = await opened(caps=AgentCaps(calls=3))

    used = [await box.propose(name, {}) for name in ("count_up", "count_up", "count_up", "look_up")]

    assert [getattr(one, "code", "done") for one in used] == ["done", "done", "too_many_calls", "too_many_calls"]


async def test_after_the_turns_seconds_nothing_more_is_done() -> None:
    box, _ = await opened(caps=AgentCaps(seconds=-1.0))

    assert getattr(await box.propose("count_up", {}), "code", "") == "too_late"


async def test_an_act_is_proposed_to_the_customer_and_not_done() -> None:
    box, _ = await opened()

    used = await box.propose("place", {"number": 2})

    assert isinstance(used, Asked)
    assert used.reply.text == "2 for 5?"
    assert [choice.id.split(":")[0] for choice in used.reply.choices] == ["confirm", "decline"]
    assert PLACED == []


async def test_what_the_customer_just_asked_for_is_done_by_the_steps_and_never_by_a_model() -> None:
    box, _ = await opened(conversation("lo devuelvo", intent="return_item"))

    assert isinstance(await box.propose("place", {}), Asked)
    assert PLACED == []
    assert isinstance(await box.use(place, Count()), Done)
    assert len(PLACED) == 1


async def test_a_turn_that_runs_again_acts_once() -> None:
    stage = Stage(await context())
    state = conversation(intent="return_item")

    used = [await Toolbox("commerce", TOOLS, state, stage.runtime).use(place, Count()) for _ in range(2)]

    assert used[0] == used[1]
    assert len(PLACED) == 1


async def test_an_act_where_no_session_is_held_fails() -> None:
    box = Toolbox("commerce", TOOLS, conversation(intent="return_item"), Stage().runtime)

    assert isinstance(await box.use(place, Count()), Failed)


@lane("commerce", *TOOLS)
async def shop(state: Conversation, runtime: Any, box: Toolbox) -> ConversationUpdate:
    used = await box.use(place, Count(number=3))
    assert isinstance(used, Asked)
    return {"reply": used.reply}


async def asked_before() -> tuple[Conversation, Stage]:
    stage = Stage(await context())
    update = await shop(conversation("haz el pedido"), stage.runtime)
    return conversation("sí", awaiting="confirmation", proposal=update["proposal"]), stage


async def test_a_yes_does_what_was_proposed() -> None:
    state, stage = await asked_before()

    update = await shop(state, stage.runtime)

    assert update["reply"] == Reply("placed")
    assert update["proposal"] is None
    assert len(PLACED) == 1


@pytest.mark.parametrize("text", ["no", "no, gracias", "sí, pero dos", "¿qué?"])
async def test_anything_but_a_yes_does_nothing(text: str) -> None:
    before, stage = await asked_before()

    await shop(conversation(text, awaiting="confirmation", proposal=before["proposal"]), stage.runtime)

    assert PLACED == []


async def test_a_yes_to_something_else_asked_since_does_nothing() -> None:
    before, stage = await asked_before()

    await shop(conversation("sí", awaiting="order_number", proposal=before["proposal"]), stage.runtime)

    assert PLACED == []


async def test_when_the_price_changed_since_the_customer_is_asked_again() -> None:
    state, stage = await asked_before()

    update = await shop(cast("Conversation", {**state, "slots": {"price": "6"}}), stage.runtime)

    assert update["reply"] is not None
    assert update["reply"].text == "3 for 6?"
    assert PLACED == []


@pytest.mark.parametrize("fresh", [True, False])
async def test_a_button_is_good_for_what_it_was_shown_with(fresh: bool) -> None:
    before, stage = await asked_before()
    proposal = before["proposal"]
    assert proposal is not None
    shown = proposal if fresh else replace(proposal, words="1 for 1?")
    tap = ReplyPart("button_reply", f"confirm:commerce:{digest(shown)}", "Sí")

    await shop(conversation("Sí", parts=[tap], proposal=proposal), stage.runtime)

    assert len(PLACED) == fresh


@pytest.mark.parametrize(
    ("text", "said"),
    [("Sí", "yes"), ("ok!", "yes"), ("Yes, please.", "yes"), ("Nope", "no"), ("sí quiero otra", None), ("", None)],
)
def test_only_a_whole_message_says_yes_or_no(text: str, said: str | None) -> None:
    assert consent(text) == said


def test_what_the_customer_wrote_last_says_who_they_are() -> None:
    earlier = replace(conversation("soy eva@a.example, 600 111 222")["turns"][0], id=TurnId("trn_0"))
    turn = conversation("perdón, ana@a.example")["turns"][0]

    customer = Customer.of(conversation(turns=[earlier, turn], slots={"name": "Ana", "phone": "600 999 999"}))

    assert customer.claims == {"email": "ana@a.example", "phone": "600 999 999", "name": "Ana"}
