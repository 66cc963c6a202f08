"""Tools that ask for what they lack, and for whose a record is that a model names."""

from dataclasses import replace
from typing import Annotated

import pytest

from nodes.effects import Effect
from nodes.lanes.policy import Refused
from nodes.lanes.toolbox import Done, Failed, Toolbox
from nodes.tools import SAID, Outcome, Owned, ToldInstead, ToolContext, ToolInput, ToolOutput, tool
from state.conversation import Conversation, Reply
from state.effect import SideEffect
from state.errors import NotDoneError
from tests.bazaar import Records
from tests.desk import Stage, conversation, ports


class OfOrder(ToolInput):
    order: Annotated[str, Owned("order")]


class Named(ToolInput):
    name: Annotated[str, SAID] = ""


class Facts(ToolOutput):
    fact: str = ""


DONE: list[str] = []


def whose(asked: OfOrder, context: ToolContext) -> ToldInstead:
    return ToldInstead(Reply(f"Whose is {asked.order}?"), {"slots": {**context.state["slots"], "asked": asked.order}})


@tool(SideEffect.PURE, example=OfOrder(order="A-1"), unproven=whose)
async def look_up(asked: OfOrder, context: ToolContext) -> Outcome[Facts]:
    """Look up an order."""
    return Outcome(Facts(fact=asked.order))


async def words(asked: Named, context: ToolContext) -> str | None:
    return f"For {asked.name}?" if asked.name else None


@tool(SideEffect.IRREVERSIBLE, example=Named(name="Bo"), asks=words)
async def place(asked: Named, context: ToolContext, effect: Effect) -> Outcome[Facts]:
    """Place an order, even where it should have asked for the name."""

    async def call(key: str) -> str:
        DONE.append(key)
        return key

    return Outcome(Facts(fact=str(await effect.once(call))))


@tool(SideEffect.IDEMPOTENT, example=Named(name="Bo"))
async def name_it(asked: Named, context: ToolContext) -> Outcome[Facts]:
    """Note a name."""
    return Outcome(Facts(fact=asked.name))


def box(state: Conversation | None = None) -> Toolbox:
    stage = Stage(replace(ports(), owners={"order": Records(owners={})}))
    return Toolbox("commerce", (look_up, place, name_it), state or conversation(), stage.runtime)


async def test_a_tool_that_lacks_something_may_ask_for_it_and_do_nothing() -> None:
    used = await box().propose("place", {})

    assert isinstance(used, Failed)
    assert isinstance(used.error, NotDoneError)
    assert DONE == []


async def test_whose_a_record_is_is_asked_once_in_a_turn_and_noted() -> None:
    tools = box()

    used = [await tools.propose("look_up", {"order": order}) for order in ("A-2", "A-3")]

    assert [isinstance(one, Refused) and one.reply for one in used] == [Reply("Whose is A-2?"), None]
    assert tools.state["slots"] == {"asked": "A-2"}


async def test_the_steps_ask_for_themselves_whose_a_record_is() -> None:
    used = await box().use(look_up, OfOrder(order="A-2"))

    assert isinstance(used, Refused)
    assert used.reply is None


@pytest.mark.parametrize(("name", "said"), [("Bo", True), ("bo", True), ("ob", False), ("--", False), ("", True)])
async def test_a_short_name_counts_when_it_was_a_word_of_its_own(name: str, said: bool) -> None:
    used = await box(conversation("Bo, please; not Bob")).propose("name_it", {"name": name})

    assert isinstance(used, Done) is said
