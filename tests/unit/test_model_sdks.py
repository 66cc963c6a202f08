"""Both SDKs' requests and answers, without a socket."""

import httpx2
import orjson
import pytest
import respx

from nodes.models.anthropic.connection import connect as connect_anthropic
from nodes.models.openai.connection import connect as connect_openai
from state.errors import ModelError
from tests.providers import ANTHROPIC, OPENAI
from tests.unit.models import HUMAN, LANES, Bench

CHOSEN = '{"lane": "support", "human": "no"}'
DECISION = {
    "model": "gpt-6-luna",
    "answers": [
        {
            "type": "choice",
            "name": "lane",
            "choice": "support",
            "confidence": 0.8,
            "probabilities": [
                {"value": "support", "probability": 0.9},
                {"value": "info", "probability": 0.08},
                {"value": "none", "probability": 0.02},
            ],
        },
        {
            "type": "choice",
            "name": "human",
            "choice": "no",
            "confidence": 1,
            "probabilities": [{"value": "no", "probability": 1}],
        },
    ],
    "usage": {
        "input_tokens": 300,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 100},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 302,
    },
}


async def test_openais_decisions_come_with_probabilities(httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post("https://api.openai.com/v1/decisions").respond(json=DECISION)
    connection = connect_openai("sk-canary", None, 5.0)

    decided = await Bench().decide(connection.model("gpt-6-luna"))
    await connection.close()

    sent = orjson.loads(route.calls.last.request.content)
    assert decided.verdicts["lane"].probabilities == pytest.approx({"info": 0.08, "support": 0.9, "none": 0.02})
    assert decided.verdicts["human"].choice == "no"
    assert (decided.usage.input_tokens, decided.usage.cached_tokens) == (300, 100)
    assert [one["name"] for one in sent["questions"]] == ["lane", "human"]
    assert sent["questions"][0]["choices"][0] == {"value": "info", "description": "hours"}
    assert route.calls.last.request.headers["authorization"] == "Bearer sk-canary"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([DECISION["answers"][0], {"type": "refusal", "name": "human"}], "refused"),  # type: ignore[index] # a dict
        (DECISION["answers"][:1], "malformed"),  # type: ignore[index] # a dict
        ([{"type": "choice", "choice": "moon", "probabilities": []}] * 2, "unknown_label"),
        ([{"type": "choice", "choice": "info", "probabilities": []}] * 2, "malformed"),
        ([{"type": "score", "score": 2}] * 2, "malformed"),
        ("none", "malformed"),
    ],
)
async def test_a_decision_that_isnt_whole_is_none(httpx2_mock: respx.Router, answers: object, outcome: str) -> None:
    httpx2_mock.post("https://api.openai.com/v1/decisions").respond(json=DECISION | {"answers": answers})
    connection = connect_openai("sk-canary", None, 5.0)

    with pytest.raises(ModelError) as raised:
        await Bench().decide(connection.model("gpt-6-luna"))
    await connection.close()

    assert raised.value.outcome == outcome


async def test_other_models_of_openai_get_a_strict_schema(httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post("https://api.openai.com/v1/chat/completions").respond(
        content=OPENAI.whole(CHOSEN).parts[0]
    )
    connection = connect_openai("sk-canary", None, 5.0)

    await Bench().decide(connection.model("gpt-5.4-nano"))
    await connection.close()

    sent = orjson.loads(route.calls.last.request.content)
    assert sent["response_format"]["json_schema"]["strict"]
    assert sent["reasoning_effort"] == "none"
    assert sent["logprobs"]
    assert "max_tokens" not in sent


async def test_log_probabilities_become_probabilities(httpx2_mock: respx.Router) -> None:
    other = [{"token": "info", "logprob": -2.0}]
    tokens: list[dict[str, object]] = [
        {"token": one, "logprob": -0.1, "top_logprobs": []} for one in ('{"lane', '": "')
    ]
    tokens += [{"token": "support", "logprob": -0.2, "top_logprobs": other}, {"token": '"', "logprob": 0.0}]
    tokens += [{"token": ', "human": "no"}', "logprob": 0.0, "top_logprobs": []}]
    body = orjson.loads(OPENAI.whole(CHOSEN).parts[0])
    body["choices"][0]["logprobs"] = {"content": tokens}
    httpx2_mock.post("https://llm.test/v1/chat/completions").respond(json=body)
    connection = connect_openai("none", "https://llm.test/v1", 5.0)

    decided = await Bench().decide(connection.model("local"), questions=[LANES, HUMAN])
    await connection.close()

    shares = decided.verdicts["lane"].probabilities
    assert shares["support"] > shares["info"] > shares["none"]
    assert sum(shares.values()) == pytest.approx(1)


async def test_anthropic_decides_by_schema_without_thinking(httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post("https://api.anthropic.com/v1/messages").respond(content=ANTHROPIC.whole(CHOSEN).parts[0])
    connection = connect_anthropic("sk-canary", None, 5.0)

    decided = await Bench().decide(connection.model("claude-haiku-5-5"))
    await connection.close()

    sent = orjson.loads(route.calls.last.request.content)
    assert decided.verdicts["lane"].choice == "support"
    assert sent["thinking"] == {"type": "disabled"}
    assert sent["output_config"]["format"]["schema"]["required"] == ["lane", "human"]
    assert route.calls.last.request.headers["authorization"] == "Bearer sk-canary"


async def test_the_sdks_own_retries_are_off(httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post("https://api.anthropic.com/v1/messages").mock(side_effect=httpx2.ConnectError("no"))
    connection = connect_anthropic("sk-canary", None, 5.0)
    bench = Bench()
    bench.limit(attempts=1)

    with pytest.raises(ModelError):
        await bench.decide(connection.model("claude-haiku-5-5"))
    await connection.close()

    assert route.call_count == 1
