"""Decisions by both providers: answered, failed and mangled."""

from collections.abc import Callable

import orjson
import pytest

from nodes.models.asking import Usage
from state.errors import ModelError
from tests.providers import ANTHROPIC, OPENAI, Play, Wire, serving, unreachable
from tests.unit.models import HUMAN, LANES, PROMPT, Bench

CHOSEN = '{"lane": "support", "human": "no"}'


@pytest.fixture(params=[OPENAI, ANTHROPIC], ids=["openai", "anthropic"])
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


async def test_a_decision_has_verdicts_usage_and_cost(wire: Wire) -> None:
    bench = Bench()

    async with serving([wire.whole(CHOSEN)]) as provider:
        decided = await bench.decide(provider.model(wire))

    assert {name: one.choice for name, one in decided.verdicts.items()} == {"lane": "support", "human": "no"}
    assert decided.verdicts["lane"].probabilities == {"info": 0, "support": 1, "none": 0}
    assert decided.model == wire.name
    assert decided.usage == Usage(100, 7, 20)
    assert decided.cost_usd == pytest.approx((80 + 20 * 0.5 + 7 * 10) / 1e6)
    assert decided.ms > 0
    assert not decided.provider_fallback
    assert bench.outcomes == ["ok"]


async def test_the_questions_are_asked_as_a_schema_and_in_words(wire: Wire) -> None:
    async with serving([wire.whole(CHOSEN)]) as provider:
        await Bench().decide(provider.model(wire))

    (seen,) = provider.seen
    sent = orjson.dumps(seen.body).decode()
    assert '"enum":["info","support","none"]' in sent
    assert "- support: returns" in sent
    assert "sk-canary" not in sent


async def test_one_connection_serves_call_after_call(wire: Wire) -> None:
    async with serving([wire.whole(CHOSEN)]) as provider:
        decider = Bench().decider(provider.model(wire))
        for _ in range(5):
            await decider.decide(PROMPT, [LANES, HUMAN])

    assert len(provider.seen) == 5
    assert provider.connections == 1


SOON, LATE = {"retry-after": "0"}, {"retry-after": "61"}


def altered(play: Play, *changes: tuple[bytes, bytes]) -> Play:
    (body,) = play.parts
    for before, after in changes:
        body = body.replace(before, after)
    return Play([body])


FAULTS: dict[str, tuple[Callable[[Wire], Play], str, int]] = {
    "rate limit, a short time": (lambda wire: wire.error(429, "rate_limit_error", SOON), "rate_limited", 3),
    "rate limit, a long time": (lambda wire: wire.error(429, "rate_limit_error", LATE), "rate_limited", 1),
    "rate limit without a time": (lambda wire: wire.error(429, "rate_limit_error"), "rate_limited", 1),
    "spend limit": (lambda wire: wire.error(429, "insufficient_quota", SOON), "over_budget", 1),
    "no credit": (lambda wire: wire.error(402, "billing_error"), "over_budget", 1),
    "overloaded": (lambda wire: wire.error(529, "overloaded_error"), "overloaded", 3),
    "internal error": (lambda wire: wire.error(500, "api_error"), "unavailable", 3),
    "unavailable": (lambda wire: wire.error(503, "api_error"), "overloaded", 3),
    "bad request": (lambda wire: wire.error(400, "invalid_request_error"), "bad_request", 1),
    "bad key": (lambda wire: wire.error(401, "authentication_error"), "unauthorized", 1),
    "forbidden": (lambda wire: wire.error(403, "permission_error"), "unauthorized", 1),
    "too large": (lambda wire: wire.error(413, "request_too_large"), "bad_request", 1),
    "wrong model": (lambda wire: wire.error(404, "not_found_error"), "bad_request", 1),
    "an error page": (lambda wire: Play([b"<html>"], 502, {"content-type": "text/html"}), "unavailable", 3),
    "reset": (lambda wire: Play([b'{"id":'], ending="reset"), "cut_off", 3),
    "closed within the body": (lambda wire: Play([b'{"id":'], ending="close"), "cut_off", 3),
    "truncated": (lambda wire: wire.whole('{"lane": "su', "length"), "truncated", 1),
    "refusal": (lambda wire: wire.whole("", "refusal"), "refused", 1),
    "empty": (lambda wire: wire.whole(""), "malformed", 1),
    "no JSON": (lambda wire: wire.whole("I think support"), "malformed", 1),
    "a list": (lambda wire: wire.whole("[]"), "malformed", 1),
    "an answer is missing": (lambda wire: wire.whole('{"lane": "info"}'), "malformed", 1),
    "unknown label": (lambda wire: wire.whole('{"lane": "sales", "human": "no"}'), "unknown_label", 1),
    "an odd label": (lambda wire: wire.whole('{"lane": ["info"], "human": "no"}'), "unknown_label", 1),
    "half a body": (lambda wire: Play([wire.whole(CHOSEN).parts[0][:-20]]), "malformed", 1),
    "no UTF-8": (lambda wire: altered(wire.whole(CHOSEN), (b"support", b"\xff\xfe")), "malformed", 1),
    "another shape": (lambda wire: Play([b'{"content": 5, "choices": {}}']), "malformed", 1),
    "a huge body": (lambda wire: Play([b" " * 70_000] * 20), "malformed", 1),
    "an unknown end": (
        lambda wire: altered(wire.whole(CHOSEN), (b'"stop"', b'"moon"'), (b'"end_turn"', b'"moon"')), "malformed", 1),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_has_its_outcome_and_its_number_of_attempts(wire: Wire, fault: str) -> None:
    play, outcome, attempts = FAULTS[fault]
    bench = Bench()

    async with serving([play(wire)]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.decide(provider.model(wire))

    assert raised.value.outcome == outcome
    assert raised.value.model == wire.name
    assert "customer" not in str(raised.value)
    assert "canary" not in f"{raised.value!r}{raised.value.hint}"
    assert bench.outcomes == [outcome] * attempts
    assert len(provider.seen) == attempts


async def test_what_goes_wrong_once_is_tried_again(wire: Wire) -> None:
    bench = Bench()

    async with serving([wire.error(529, "overloaded_error"), wire.whole(CHOSEN)]) as provider:
        decided = await bench.decide(provider.model(wire))

    assert decided.verdicts["lane"].choice == "support"
    assert bench.outcomes == ["overloaded", "ok"]
    assert bench.metrics.retries == {wire.name: 1}


async def test_a_provider_that_doesnt_answer_is_given_up(wire: Wire) -> None:
    bench = Bench()
    bench.limit(attempts=1)

    async with serving([Play(status=0)]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.decide(provider.model(wire, read_s=0.2))

    assert raised.value.outcome == "timeout"


async def test_a_connection_that_is_never_made_is_given_up(wire: Wire) -> None:
    bench = Bench()
    bench.limit(attempts=1)

    async with serving([]) as provider:
        with unreachable() as url, pytest.raises(ModelError) as raised:
            await bench.decide(provider.model(wire, url=url, connect_s=0.2))

    assert raised.value.outcome == "timeout"


async def test_no_connection_at_all_is_tried_again(wire: Wire) -> None:
    bench = Bench()
    async with serving([]) as provider:
        url = provider.url

    async with serving([]) as other:
        with pytest.raises(ModelError) as raised:
            await bench.decide(other.model(wire, url=url))

    assert raised.value.outcome == "unavailable"
    assert bench.outcomes == ["unavailable"] * 3


async def test_all_attempts_together_end_at_the_deadline(wire: Wire) -> None:
    bench = Bench()
    bench.limit(decide_s=0.3)

    async with serving([Play(status=0)]) as provider:
        with pytest.raises(ModelError) as raised:
            await bench.decide(provider.model(wire))

    assert raised.value.outcome == "timeout"
    assert bench.outcomes == ["cancelled"]


async def test_an_endpoint_that_refuses_a_parameter_is_asked_without_it(wire: Wire) -> None:
    named = {OPENAI.name: "logprobs are not supported", ANTHROPIC.name: "output_config: Extra inputs are not permitted"}
    body = {"error": {"type": "invalid_request_error", "message": named[wire.name], "param": None}}
    refusal = Play([orjson.dumps(body)], 400)
    bench = Bench()

    async with serving([refusal, wire.whole(f"```json\n{CHOSEN}\n```")]) as provider:
        model = provider.model(wire)
        await bench.decide(model)
        decided = await bench.decide(model)

    asked = [seen.body.keys() & {"logprobs", "output_config"} for seen in provider.seen]
    assert [bool(one) for one in asked] == [True, False, False]
    assert decided.verdicts["lane"].choice == "support"
    assert bench.outcomes == ["ok", "ok"]
