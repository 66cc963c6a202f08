"""Written answers by both providers: streamed, failed and mangled."""

from collections.abc import AsyncIterator, Callable

import orjson
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

from state.errors import ModelError
from tests.providers import ANTHROPIC, OPENAI, Play, Wire, serving
from tests.providers.wires import written
from tests.unit.models import Bench

HISTORY = [SystemMessage("Be brief."), HumanMessage("Where is order 7?")]


@tool
def find_order(number: int) -> str:
    """Find an order by its number."""
    return f"order {number}"


@pytest.fixture(params=[OPENAI, ANTHROPIC], ids=["openai", "anthropic"])
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_text_streams_word_by_word_and_ends_with_the_usage(wire: Wire, bench: Bench) -> None:
    async with serving([written(wire, "It is ", "on its ", "way.")]) as provider:
        chunks = [chunk async for chunk in bench.chat(provider.model(wire)).astream(HISTORY)]

    whole = sum(chunks[1:], chunks[0])
    assert [chunk.content for chunk in chunks if chunk.content] == ["It is ", "on its ", "way."]
    assert isinstance(whole, AIMessageChunk)
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["input_tokens"] == 100
    assert whole.usage_metadata["output_tokens"] == 7
    assert whole.response_metadata["model_name"] == wire.name
    assert whole.response_metadata["cost_usd"] == pytest.approx(160e-6)
    assert bench.outcomes == ["ok"]
    assert bench.metrics.seen[0].first_s is not None


async def test_a_tool_is_called_and_its_result_told(wire: Wire, bench: Bench) -> None:
    plays = [
        written(wire, "Let me see.", tools=[("call_1", "find_order", ['{"numb', 'er": 7}'])]),
        written(wire, "Found."),
    ]

    async with serving(plays) as provider:
        chat = bench.chat(provider.model(wire)).bind_tools([find_order])
        called = await chat.ainvoke(HISTORY)
        result = await find_order.ainvoke(called.tool_calls[0])
        answer = await chat.ainvoke([*HISTORY, called, result])

    assert isinstance(result, ToolMessage)
    assert [(one["name"], one["args"], one["id"]) for one in called.tool_calls] == [
        ("find_order", {"number": 7}, "call_1")
    ]
    assert answer.content == "Found."
    sent = orjson.dumps(provider.seen[1].body).decode()
    assert "order 7" in sent
    assert sent.count("call_1") == 2


@pytest.mark.parametrize("choice", ["any", "find_order", "none", None])
async def test_the_choice_of_a_tool_is_passed_on(wire: Wire, bench: Bench, choice: str | None) -> None:
    async with serving([written(wire, "No.")]) as provider:
        await bench.chat(provider.model(wire)).bind_tools([find_order], tool_choice=choice).ainvoke(HISTORY)

    sent = provider.seen[0].body["tool_choice"]
    named = {(OPENAI.name, "any"): "required"}.get((wire.name, choice or ""), choice or "auto")
    assert named in orjson.dumps(sent).decode()


def streamed(wire: Wire, *parts: bytes, **how: object) -> Play:
    return Play([*wire.begin(), wire.text("It is "), *parts], **how)  # type: ignore[arg-type] # `ending`


def tools(wire: Wire, *calls: tuple[str, str, list[str]]) -> Play:
    return written(wire, tools=calls)


ORDER = ("c", "find_order", ['{"number": 1}'])
MANY = [(f"c{number}", "find_order", [f'{{"number": {number}}}']) for number in range(100)]
FAULTS: dict[str, tuple[Callable[[Wire], Play], str]] = {
    "reset within the stream": (lambda wire: streamed(wire, ending="reset"), "cut_off"),
    "closed within the stream": (lambda wire: streamed(wire, ending="close"), "cut_off"),
    "an end without a terminal event": (streamed, "cut_off"),
    "an error event: overloaded": (lambda wire: streamed(wire, wire.broken("overloaded_error")), "overloaded"),
    "an error event: of some kind": (lambda wire: streamed(wire, wire.broken("server_error")), "unavailable"),
    "an error event: too much": (lambda wire: streamed(wire, wire.broken("rate_limit_error")), "rate_limited"),
    "token limit": (lambda wire: streamed(wire, *wire.finish("length")), "truncated"),
    "refusal": (lambda wire: streamed(wire, *wire.finish("refusal")), "refused"),
    "no UTF-8": (lambda wire: streamed(wire, wire.text("QQ").replace(b"QQ", b"\xff\xfe")), "malformed"),
    "no JSON": (lambda wire: streamed(wire, wire.text("QQ").replace(b'"', b"")), "malformed"),
    "another shape": (lambda wire: streamed(wire, wire.text("QQ").replace(b'"QQ"', b'{"a":[1]}')), "malformed"),
    "nothing said": (written, "malformed"),
    "blanks": (lambda wire: written(wire, " \n "), "malformed"),
    "half a tool's JSON": (lambda wire: tools(wire, ("c", "find_order", ['{"number": ']), ), "malformed"),
    "a tool's list": (lambda wire: tools(wire, ("c", "find_order", ["[7]"])), "malformed"),
    "an unknown tool": (lambda wire: tools(wire, ("c", "drop_tables", ["{}"])), "unknown_label"),
    "one id twice": (lambda wire: tools(wire, ORDER, ("c", "find_order", ['{"number": 2}'])), "malformed"),
    "one call twice": (lambda wire: tools(wire, ORDER, ("d", "find_order", ['{"number":1}'])), "malformed"),
    "100 tools at once": (lambda wire: tools(wire, *MANY), "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_stream_that_goes_wrong_is_never_a_success(wire: Wire, bench: Bench, fault: str) -> None:
    play, outcome = FAULTS[fault]
    bench.limit(attempts=1)

    async with serving([play(wire)]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.chat(provider.model(wire)).bind_tools([find_order]).ainvoke(HISTORY)

    assert raised.value.outcome == outcome
    assert bench.outcomes == [outcome]


async def test_a_paused_answer_is_one_that_isnt_over(wire: Wire, bench: Bench) -> None:
    async with serving([streamed(wire, *wire.finish("pause"))]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.chat(provider.model(wire)).ainvoke(HISTORY)

    assert raised.value.outcome == {OPENAI.name: "malformed", ANTHROPIC.name: "paused"}[wire.name]


async def test_what_somebody_has_seen_is_not_begun_again(wire: Wire, bench: Bench) -> None:
    heard: list[str] = []

    async with serving([streamed(wire, ending="reset"), written(wire, "Other words.")]) as provider:
        with pytest.raises(ModelError):
            await _listen(bench.chat(provider.model(wire)).astream(HISTORY), heard)

    assert heard == ["It is "]
    assert bench.outcomes == ["cut_off"]


async def test_what_nobody_has_seen_is_begun_again(wire: Wire, bench: Bench) -> None:
    async with serving([Play(wire.begin(), ending="reset"), written(wire, "There.")]) as provider:
        answer = await bench.chat(provider.model(wire)).ainvoke(HISTORY)

    assert answer.content == "There."
    assert bench.outcomes == ["cut_off", "ok"]


async def test_silence_within_an_answer_is_a_timeout(wire: Wire, bench: Bench) -> None:
    bench.limit(idle_s=0.2)

    async with serving([streamed(wire, ending="idle")]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.chat(provider.model(wire)).ainvoke(HISTORY)

    assert raised.value.outcome == "timeout"


async def test_an_answer_without_end_is_cut_by_its_tokens(wire: Wire, bench: Bench) -> None:
    async with serving([streamed(wire, wire.text("and "), ending="endless")]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.chat(provider.model(wire), max_tokens=100).ainvoke(HISTORY)

    assert raised.value.outcome == "truncated"
    assert bench.outcomes == ["truncated"]


async def test_an_answer_without_end_is_cut_by_the_clock(wire: Wire, bench: Bench) -> None:
    bench.limit(answer_s=0.5)

    async with serving([streamed(wire, wire.text("and "), ending="endless")]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.chat(provider.model(wire), max_tokens=100_000_000).ainvoke(HISTORY)

    assert raised.value.outcome == "timeout"


async def test_keep_alives_are_no_words(bench: Bench) -> None:
    bench.limit(idle_s=0.2)
    ping = b'event: ping\ndata: {"type": "ping"}\n\n'

    async with serving([streamed(ANTHROPIC, ping, ending="endless")]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.chat(provider.model(ANTHROPIC)).ainvoke(HISTORY)

    assert raised.value.outcome == "timeout"


async def test_a_listener_who_leaves_ends_the_call(wire: Wire, bench: Bench) -> None:
    async with serving([streamed(wire, wire.text("and "), ending="endless")]) as provider:
        stream = bench.chat(provider.model(wire), max_tokens=100_000_000).astream(HISTORY)
        first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined] # it is a generator

    assert isinstance(first, AIMessage)
    assert bench.outcomes == ["cancelled"]


async def _listen(stream: AsyncIterator[AIMessageChunk], heard: list[str]) -> None:
    async for chunk in stream:
        heard += [chunk.text] if chunk.text else []
