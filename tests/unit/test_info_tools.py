"""The info lane with a model: what it looks up, and what of its words stands."""

from dataclasses import replace
from typing import Any

import pytest

from nodes.lanes.info import info
from nodes.models.asking import Usage
from nodes.models.chat import LanewayChat
from nodes.models.gathering import Answer, ToolCall
from nodes.models.scripted import ScriptedWriter
from prompts.versions import BUNDLED, Prompts
from state.conversation import Reply
from state.events import Log, ToolEnd
from tests.desk import Stage, conversation, ports

PROMPT = Prompts(BUNDLED).get("lane@1")


def call(name: str, **args: Any) -> Answer:
    return Answer("", [ToolCall("call_1", name, args)], "scripted:play", Usage(1, 0))


async def answered(*script: Any, text: str, intent: str | None = None) -> tuple[Reply, Stage, ScriptedWriter]:
    writer = ScriptedWriter(list(script))
    stage = Stage(replace(ports(), chat=LanewayChat(writer=writer, cache=False), prompt=lambda _: PROMPT))
    update = await info(conversation(text, locale="en", intent=intent), stage.runtime)
    assert update["reply"] is not None
    return update["reply"], stage, writer


def degraded(stage: Stage) -> list[str]:
    return [event.facts["reason"] for event in stage.events if isinstance(event, Log)]


async def test_an_answer_from_a_page_carries_its_source() -> None:
    asked = call("search_pages", question="do you ship to mainland Portugal and Spain?")

    reply, stage, _ = await answered(asked, "Yes, we send there.", text="do you ship to Portugal?")

    assert reply.text == "Yes, we send there."
    assert [source.kind for source in reply.sources] == ["page"]
    assert degraded(stage) == []


async def test_hours_of_a_day_come_from_the_shops_own_calendar() -> None:
    asked = call("opening_hours", day="2026-12-25")

    reply, stage, _ = await answered(asked, "We are closed on Christmas Day.", text="open at Christmas?")

    assert reply.text == "We are closed on Christmas Day."
    assert [source.kind for source in reply.sources] == ["hours"]
    assert [event.outcome for event in stage.events if isinstance(event, ToolEnd)] == ["ok"]


@pytest.mark.parametrize("said", ["We have a car park.", "Open from 6:00 AM.", "Call 900 123 456."])
async def test_what_no_source_supports_the_steps_answer_instead(said: str) -> None:
    reply, stage, _ = await answered(said, text="when do you open?", intent="opening_hours")

    assert "our opening hours" in reply.text
    assert degraded(stage) == ["unsupported"]


async def test_a_time_that_no_tool_returned_is_not_said_even_with_a_source() -> None:
    script = [call("opening_hours"), "We open at 6:15 AM."]

    reply, stage, _ = await answered(*script, text="when do you open?", intent="opening_hours")

    assert "6:15" not in reply.text
    assert degraded(stage) == ["unsupported"]


@pytest.mark.parametrize(("text", "intent"), [("hello", "greeting"), ("thanks", "thanks"), ("stop", None)])
async def test_what_the_shop_has_words_for_goes_to_no_model(text: str, intent: str | None) -> None:
    reply, _, writer = await answered("Hi!", text=text, intent=intent)

    assert reply.text != "Hi!"
    assert writer.asked == []
