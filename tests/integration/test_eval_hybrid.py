"""The hybrid router is measured over the wire once, and from the recording for ever after."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evals.data.rows import GoldRow
from evals.errors import EvaluationError
from evals.outcome import Said
from server.commands.evaluate.contenders import Calls, Wanted, contender
from server.settings import Settings
from tests.providers import OPENAI, Play, Seen, serving
from tests.waiting import SOON_S

UNSURE = "va a llover en Teruel"


def row(text: str) -> GoldRow:
    made = {"id": "r1", "scenario_id": "s1", "lang": "es", "text": text, "lane": "support", "intent": "return_item"}
    return GoldRow.model_validate(made)


def chosen(_: Seen) -> Play:
    return OPENAI.whole('{"intent": "none", "language": "es", "person": "no", "follow_up": "no"}')


@contextmanager
def provider() -> Iterator[str]:
    """Serve in a thread, as the evaluation has a loop of its own, and give the address."""
    ready, done = queue.Queue[tuple[str, Callable[[], object]]](), threading.Event()

    async def serve() -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        async with serving(chosen) as served:
            ready.put((served.url, lambda: loop.call_soon_threadsafe(over.set)))
            await over.wait()
        done.set()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    url, end = ready.get(timeout=SOON_S)
    yield url
    end()
    thread.join(SOON_S)
    assert done.is_set()


def wanted(tape: Path, calls: Calls) -> Wanted:
    return Wanted("hybrid", prompt="router@1", model="openai:small", cassette=tape, calls=calls)


def asked(settings: Settings, calls: Calls, tape: Path, *texts: str) -> list[Said]:
    measured = contender(settings, wanted(tape, calls))

    async def ask() -> list[Said]:
        try:
            return [await measured.ask(row(text)) for text in texts]
        finally:
            await measured.close()

    return asyncio.run(ask())


def test_what_a_model_answered_is_recorded_and_replayed_without_it(tmp_path: Path) -> None:
    tape, here = tmp_path / "tape.jsonl", Settings.load(data_dir=tmp_path)
    with provider() as url:
        there = Settings.load(data_dir=tmp_path, openai_base_url=url)
        [recorded] = asked(there, "record", tape, UNSURE)
    [replayed] = asked(here, "replay", tape, UNSURE)

    assert (recorded.model, recorded.rejected, recorded.label) == ("openai:small", True, "info")
    assert replayed.model_copy(update={"ms": 0.0, "chain": []}) == recorded.model_copy(update={"ms": 0.0, "chain": []})
    with pytest.raises(EvaluationError, match="no answer"):
        asked(here, "replay", tape, f"{UNSURE} ayer")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Wanted("hybrid"), "none is named"),
        (Wanted("local", model="openai:small"), "asks no model"),
        (Wanted("hybrid", model="openai:small", ngrams_only=True), "for the local router"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, wrong: Wanted, said: str) -> None:
    with pytest.raises(EvaluationError, match=said):
        contender(Settings.load(data_dir=tmp_path), wrong)
