"""What ends a model's turn and what it is told instead of a result, over real sockets in both providers' formats."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from nodes.caps import AgentCaps
from prompts.versions import BUNDLED, Prompts
from state.conversation import ConversationUpdate
from state.events import Log, ToolEnd
from tests import bazaar as shop
from tests.desk import FixedLanguage, Stage, conversation, ports
from tests.dialogues.modelled import results
from tests.providers import ANTHROPIC, OPENAI, Play, Provider, Wire, serving
from tests.providers.wires import written
from tests.unit.models import Bench

PROMPT = Prompts(BUNDLED).get("lane@1")
BY_THE_STEPS = "By the steps: Blue teapot TE-1 2490 minor EUR"
BY_THE_MODEL = "It costs 24,90 €."
Call = tuple[str, dict[str, Any]]
FIND: Call = ("find_products", {"words": "teapot"})
BOTH = pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC], ids=lambda wire: wire.name)


@pytest.fixture(autouse=True)
def _shop(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    shop.reset(owners={shop.MINE: "ses_1"})
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path_factory.getbasetemp()))  # reading certificates takes longer


@dataclass(frozen=True)
class Answered:
    update: ConversationUpdate
    stage: Stage
    provider: Provider

    @property
    def text(self) -> str:
        reply = self.update["reply"]
        assert reply is not None
        return reply.text

    @property
    def degraded(self) -> list[str]:
        return [event.facts["reason"] for event in self.stage.events if isinstance(event, Log)]

    @property
    def outcomes(self) -> list[str]:
        return [event.outcome for event in self.stage.events if isinstance(event, ToolEnd)]

    @property
    def told(self) -> list[dict[str, Any]]:
        """What the model was told of its tools, in the last request."""
        return results(self.provider.seen[-1].body)


def calls(wire: Wire, *named: Call) -> Play:
    tools = [(f"call_{number}", name, (orjson.dumps(args).decode(),)) for number, (name, args) in enumerate(named)]
    return written(wire, tools=tools)


async def answered(wire: Wire, plays: Sequence[Play], **changes: Any) -> Answered:
    async with serving(plays) as provider:
        chat = Bench().chat(provider.model(wire))
        owners = {"order": shop.RECORDS, "ticket": shop.RECORDS}
        stage = Stage(replace(ports(), chat=chat, prompt=lambda _: PROMPT, owners=owners, **changes))
        return Answered(await shop.bazaar(conversation("una tetera azul"), stage.runtime), stage, provider)


@BOTH
@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        (AgentCaps(rounds=2), "too_many_rounds"),
        (AgentCaps(tokens=150), "over_budget"),
        (AgentCaps(cost_usd=0.0002), "over_budget"),
    ],
    ids=["rounds", "tokens", "cost"],
)
async def test_at_a_cap_the_steps_answer(wire: Wire, caps: AgentCaps, reason: str) -> None:
    plays = [calls(wire, FIND), calls(wire, ("find_products", {"words": "pot"})), written(wire, BY_THE_MODEL)]

    one = await answered(wire, plays, caps=caps)

    assert (one.text, one.degraded, len(one.provider.seen)) == (BY_THE_STEPS, [reason], 2)


@BOTH
async def test_a_model_that_says_nothing_has_so_many_seconds(wire: Wire) -> None:
    whole, late = written(wire, "It costs ", "24,90 €."), asyncio.Event()
    asyncio.get_running_loop().call_later(20, late.set)

    one = await answered(wire, [replace(whole, hold=(2, late))], caps=AgentCaps(seconds=2.0))

    assert (one.text, one.degraded) == (BY_THE_STEPS, ["timeout"])


@BOTH
@pytest.mark.parametrize(("caps", "done"), [(AgentCaps(calls=2), 2), (AgentCaps(), 4)], ids=["of a turn", "of a tool"])
async def test_more_tools_than_a_turn_may_use_are_refused_and_the_model_is_told(
    wire: Wire, caps: AgentCaps, done: int
) -> None:
    many = calls(wire, *(("find_products", {"words": word}) for word in ("a", "b", "c", "d", "e")))

    one = await answered(wire, [many, written(wire, BY_THE_MODEL)], caps=caps)

    assert one.outcomes == ["ok"] * done + ["refused:too_many_calls"] * (5 - done)
    assert [told.get("refused") for told in one.told] == [None] * done + ["too_many_calls"] * (5 - done)
    assert (one.text, one.degraded) == (BY_THE_MODEL, [])


@BOTH
async def test_calls_made_at_once_are_answered_each_by_its_own_id(wire: Wire) -> None:
    both = calls(wire, FIND, ("look_up_order", {"order": shop.MINE}))

    one = await answered(wire, [both, written(wire, BY_THE_MODEL)])

    said = orjson.dumps(one.provider.seen[-1].body).decode()
    assert ["result" in told for told in one.told] == [True, True]
    assert "on its way" in str(one.told[1])
    assert all(said.count(f'"call_{number}"') == 2 for number in (0, 1)), "asked once, answered once"


@BOTH
async def test_what_is_wrong_with_a_call_is_told_and_can_be_put_right(wire: Wire) -> None:
    wrong = calls(wire, ("find_products", {"words": ["teapot"]}), ("look_up_order", {"order": "B-2002"}))

    one = await answered(wire, [wrong, calls(wire, FIND), written(wire, BY_THE_MODEL)])

    first = results(one.provider.seen[1].body)
    assert [told["refused"] for told in first] == ["bad_arguments", "not_owned"]
    assert "words" in first[0]["reason"]
    assert one.outcomes == ["refused:bad_arguments", "refused:not_owned", "ok"]
    assert (one.text, one.degraded) == (BY_THE_MODEL, [])


@BOTH
@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [("sell_everything", "{}", "unknown_label"), ("find_products", '{"words": ', "malformed")],
)
async def test_a_call_that_nobody_offered_or_can_read_is_never_made(
    wire: Wire, tool: str, arguments: str, reason: str
) -> None:
    one = await answered(wire, [written(wire, tools=[("call_0", tool, (arguments,))])])

    assert (one.text, one.degraded, one.outcomes) == (BY_THE_STEPS, [reason], ["ok"])


@BOTH
async def test_of_two_acts_proposed_at_once_the_customer_is_asked_about_the_first(wire: Wire) -> None:
    acts = calls(wire, ("refund_order", {"order": shop.MINE}), ("cancel_order", {"order": shop.MINE}))

    one = await answered(wire, [acts, written(wire, "Refunded and cancelled.")])

    assert (one.text, one.outcomes) == ("Refund A-1001?", ["asked"])
    assert one.update["proposal"] is not None
    assert not shop.RECORDS.changed
    assert len(one.provider.seen) == 1


@BOTH
@pytest.mark.parametrize(
    "words",
    ["It costs 19,90 €.", "Your order A-7777 is on its way.", "Ticket TK-1001 is open.", "Call 900 123 456."],
    ids=["price", "order", "ticket", "phone"],
)
async def test_what_a_model_makes_up_is_not_said(wire: Wire, words: str) -> None:
    one = await answered(wire, [calls(wire, FIND), written(wire, words)])

    assert (one.text, one.degraded) == (BY_THE_STEPS, ["unsupported"])


@BOTH
async def test_an_answer_in_another_language_is_not_said(wire: Wire) -> None:
    words = "Certainly, the teapot you are asking about costs 24,90 € and we have it."

    one = await answered(wire, [calls(wire, FIND), written(wire, words)], languages=FixedLanguage("en", 0.99))

    assert (one.text, one.degraded) == (BY_THE_STEPS, ["wrong_language"])
