"""The info lane with a model: what it looks up, and what of its words stands."""

from dataclasses import replace
from typing import Any

import pytest

from nodes.lanes.info import info
from nodes.models.asking import Usage
from nodes.models.chat import LanewayChat
from nodes.models.gathering import Answer, ToolCall
from nodes.models.scripted import ScriptedWriter
from nodes.pages import Pages, Passage, passages
from prompts.versions import BUNDLED, Prompts
from state.conversation import Reply
from state.events import Log, ToolEnd
from tests.desk import Stage, conversation, demo, ports

PROMPT = Prompts(BUNDLED).get("lane@1")


def call(name: str, **args: Any) -> Answer:
    return Answer("", [ToolCall("call_1", name, args)], "scripted:play", Usage(1, 0))


class Near:
    """Surely finds nothing; what comes near is how one gets into the shop."""

    def find(self, text: str, locale: str) -> Passage | None:  # the port's shape
        return None

    def likely(self, text: str, locale: str, most: int) -> list[Passage]:  # the port's shape
        page = demo().page("location-parking", locale)
        assert page is not None
        return passages(page)[-1:][:most]


async def answered(
    *script: Any, text: str, intent: str | None = None, pages: Pages | None = None
) -> tuple[Reply, Stage, ScriptedWriter]:
    writer = ScriptedWriter(list(script))
    own = replace(ports(), chat=LanewayChat(writer=writer, cache=False), prompt=lambda _: PROMPT, pages=pages)
    stage = Stage(own)
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


async def test_where_no_page_surely_answers_the_model_reads_one_that_comes_near() -> None:
    script = [
        call("search_pages", question="four legs allowed?"),
        call("read_page", page="location-parking", heading="Access"),
        "Dogs are welcome.",
    ]

    reply, stage, writer = await answered(*script, text="four legs allowed?", pages=Near())

    assert reply.text == "Dogs are welcome."
    assert [(source.ref, source.title) for source in reply.sources] == [
        ("location-parking", "Where we are and where to park: Access")
    ]
    assert degraded(stage) == []
    told = str(writer.asked[-1])
    assert "location-parking" in told
    assert "the door is 90 cm wide" in told


async def test_what_only_comes_near_is_no_source_before_it_is_read() -> None:
    script = [call("search_pages", question="four legs allowed?"), "Dogs are welcome."]

    reply, stage, _ = await answered(*script, text="four legs allowed?", pages=Near())

    assert reply.text != "Dogs are welcome."
    assert reply.sources == []
    assert degraded(stage) == []


async def test_a_section_that_no_page_has_gives_nothing() -> None:
    script = [call("read_page", page="location-parking", heading="Helipad"), "We have a helipad."]

    _, stage, _ = await answered(*script, text="can I land my helicopter?", pages=Near())

    assert degraded(stage) == ["unsupported"]


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
