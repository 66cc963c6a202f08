"""A real small model on both wires: what is sent is understood, and what comes back is read.

It says nothing of the model's judgement, which is that of 135 million parameters.
"""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from nodes.models.anthropic.connection import connect as connect_anthropic
from nodes.models.openai.connection import connect as connect_openai
from nodes.models.pieces import Model
from state.errors import ModelError
from tests.unit.models import HUMAN, LANES, Bench

pytestmark = pytest.mark.model
SERVER = Path(__file__).parents[1] / "providers" / "llama.py"


def patient() -> Bench:
    bench = Bench()
    bench.limit(decide_s=900, answer_s=900, first_s=900, idle_s=900)
    return bench


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture(params=["openai", "anthropic"])
async def model(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Model]:
    assert url.startswith("http"), "run `make test-model`"
    connection = (
        connect_openai("none", f"{url}/v1", 900.0)
        if request.param == "openai"
        else connect_anthropic("none", url, 900.0)
    )
    yield connection.model("smollm2")
    await connection.close()


async def test_it_decides_within_the_schema_or_says_that_it_did_not(model: Model) -> None:
    bench = patient()

    try:
        decided = await bench.decide(model)
    except ModelError as error:
        assert model.name.startswith("anthropic")  # llama.cpp enforces no schema on this wire
        assert error.outcome in {"malformed", "unknown_label", "truncated"}  # noqa: PT017
    else:
        for question in (LANES, HUMAN):
            verdict = decided.verdicts[question.name]
            assert verdict.choice in {option.name for option in question.options}
            assert sum(verdict.probabilities.values()) == pytest.approx(1)
    (seen,) = bench.metrics.seen
    assert seen.usage is not None
    assert seen.usage.input_tokens > 50
    assert seen.usage.output_tokens > 5


async def test_an_openai_compatible_endpoint_gives_probabilities(url: str) -> None:
    connection = connect_openai("none", f"{url}/v1", 900.0)

    decided = await patient().decide(connection.model("smollm2"))
    await connection.close()

    shares = decided.verdicts["lane"].probabilities
    assert 0 < max(shares.values()) < 1


async def test_it_writes_word_by_word(model: Model) -> None:
    bench = patient()
    heard: list[str] = []

    with suppress(ModelError):  # it may not find an end
        async for chunk in bench.chat(model, max_tokens=40).astream([HumanMessage("Say hello.")]):
            heard += [chunk.text] if chunk.text else []

    assert len(heard) > 1
    assert bench.outcomes in (["ok"], ["truncated"])
    assert bench.metrics.seen[0].usage is not None
    assert 0 < bench.metrics.seen[0].usage.output_tokens <= 40


async def test_an_answer_that_reaches_its_limit_says_so(model: Model) -> None:
    bench = patient()

    with pytest.raises(ModelError, match="truncated"):
        await bench.chat(model, max_tokens=3).ainvoke([HumanMessage("Tell me a very long story.")])

    assert bench.outcomes == ["truncated"]
