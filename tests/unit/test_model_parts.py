"""Probabilities from tokens, prices, retry times, scripts."""

import math
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from nodes.models.asking import Usage
from nodes.models.chat import LanewayChat
from nodes.models.faults import retry_after_s
from nodes.models.logprobs import Token, weights_of
from nodes.models.prices import Prices
from nodes.models.scripted import ScriptedDecider, ScriptedWriter
from state.errors import ModelError, SettingsError
from tests.unit.models import HUMAN, LANES, PROMPT

LABELS = ["info", "info_hours", "support"]


def token(text: str, chance: float = 1.0, **others: float) -> Token:
    return Token(text, math.log(chance), [(name, math.log(share)) for name, share in others.items()])


def test_the_tokens_not_taken_give_their_mass_to_the_options_they_lead_to() -> None:
    tokens = [token('{"'), token("lane"), token('":"'), token("info", 0.7, sup=0.2, xyz=0.1), token('"}', 0.9, _h=0.1)]

    weights = weights_of("lane", "info", LABELS, tokens)

    assert weights == pytest.approx({"info": 0.63, "info_hours": 0.07, "support": 0.2})


def test_a_quote_and_the_beginning_of_a_value_may_be_one_token() -> None:
    opened = Token('"info', math.log(0.8), [('"sup', math.log(0.2)), ("null", math.log(0.001))])

    weights = weights_of("lane", "info", LABELS, [token('{"lane": '), opened, token('"')])

    assert weights is not None
    assert weights["info"] == pytest.approx(0.8)
    assert weights["support"] == pytest.approx(0.2)


def test_a_model_that_had_other_words_in_mind_is_unsure() -> None:
    made_to = token("info", 0.001, nonsense=0.5, words=0.02)

    weights = weights_of("lane", "info", ["info", "support"], [token('{"lane":"'), made_to, token('"')])

    assert weights is not None
    assert weights["support"] > weights["info"]


@pytest.mark.parametrize("said", ["", '{"other":"info"}', '{"lane":"support"}'])
def test_what_isnt_in_the_tokens_has_no_weights(said: str) -> None:
    assert weights_of("lane", "info", LABELS, [token(one) for one in said]) is None


@pytest.mark.parametrize("logprob", [math.inf, -math.inf, 5.0, -9999.0])
def test_odd_numbers_make_no_odd_probabilities(logprob: float) -> None:
    tokens = [token('{"lane":"'), Token("info", logprob, [("sup", logprob)]), token('"')]

    weights = weights_of("lane", "info", LABELS, tokens)

    assert weights is not None
    assert all(0 <= weight <= 1 for weight in weights.values())


def test_a_frozen_version_has_the_price_of_its_model() -> None:
    prices, usage = Prices.bundled(), Usage(1_000_000, 1_000_000)

    named = prices.cost_usd("anthropic:claude-haiku-4-5", usage)

    assert named == prices.cost_usd("anthropic:claude-haiku-4-5-20251001", usage) == 6
    assert prices.cost_usd("openai:unheard-of", usage) is None


def test_own_prices_come_first(tmp_path: Path) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text('as_of: "2026-01-01"\nmodels:\n  openai:mine: {input: 2, output: 4}\n')

    prices = Prices.bundled(own)

    assert prices.cost_usd("openai:mine", Usage(500_000, 250_000, 100_000)) == 2
    assert prices.cost_usd("openai:gpt-4o", Usage(1_000_000)) == 2.5


@pytest.mark.parametrize("text", ["", "models: 5", "as_of: x\nmodels: {a: {input: -1, output: 0}}", "{"])
def test_a_wrong_price_table_is_named(tmp_path: Path, text: str) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text(text)

    with pytest.raises(SettingsError, match="LANEWAY_MODEL_PRICES"):
        Prices.bundled(own)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-1"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT"}, None),
        ({"retry-after": "soon", "date": "today"}, None),
    ],
)
def test_the_time_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


async def test_a_script_decides_and_fails_as_written() -> None:
    decider = ScriptedDecider([{"lane": "support"}, ModelError("refused", "m", "no"), {"lane": "moon"}], sure=0.8)

    decided = await decider.decide(PROMPT, [LANES, HUMAN])
    outcomes = []
    for _ in range(2):
        with pytest.raises(ModelError) as raised:
            await decider.decide(PROMPT, [LANES])
        outcomes.append(raised.value.outcome)

    assert decided.verdicts["lane"].probabilities == pytest.approx({"info": 0.1, "support": 0.8, "none": 0.1})
    assert decided.verdicts["human"].choice == "yes"
    assert outcomes == ["refused", "unknown_label"]
    assert len(decider.asked) == 3


async def test_a_script_writes_word_by_word() -> None:
    writer = ScriptedWriter(["Good day to you."])

    chunks = [chunk async for chunk in LanewayChat(writer=writer).astream([HumanMessage("hola")])]

    assert [chunk.text for chunk in chunks if chunk.text] == ["Good ", "day ", "to ", "you."]
    assert len(writer.asked) == 1
