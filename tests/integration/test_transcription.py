"""Voice notes in words, by a server that speaks OpenAI's wire format and can't be trusted."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from server.media.openai_transcriber import open_transcriber
from state.media import TranscriptionError
from tests.forked import serving
from tests.integration.test_whatsapp import Town, town, words
from tests.processes import ServerProcess, environment
from tests.transcription import Scribe, scribe

OGG = b"OggS\0\2" + b"\0" * 22 + b"\1\x13OpusHead" + b"\0" * 500
Place = tuple[Town, ServerProcess, Scribe]


@pytest.fixture
def other() -> Iterator[Scribe]:
    with scribe() as one:
        yield one


async def written(one: Scribe, locale: str | None = "es-MX") -> str:
    async with open_transcriber("whisper-1", base_url=one.url, key=SecretStr("sk-secret")) as transcriber:
        return await transcriber.transcribe(OGG, "audio/ogg", locale)


async def test_a_recording_goes_over_as_openai_wants_it(other: Scribe) -> None:
    other.says("¿Abren el domingo?")

    assert await written(other) == "¿Abren el domingo?"
    [call] = other.heard
    assert (call.path, call.key) == ("/v1/audio/transcriptions", "Bearer sk-secret")
    assert call.fields == {"model": "whisper-1", "response_format": "json", "language": "es"}
    assert (call.name, call.audio) == ("voice.ogg", OGG)


@pytest.mark.parametrize("locale", [None, "", "español", "../x"])
async def test_a_language_that_is_not_known_is_left_out(other: Scribe, locale: str | None) -> None:
    await written(other, locale)

    assert "language" not in other.heard[0].fields


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (401, b'{"error": {"message": "Incorrect API key: sk-secret"}}'),
        (429, b"{}"),
        (500, b"<html>"),
        (307, b""),
        (200, b"<html>the proxy's page</html>"),
        (200, b'{"text": null}'),
        (200, b'{"txt": "hola"}'),
        (200, b'["hola"]'),
        (200, b""),
        (200, json.dumps({"text": "x" * 2_000_000}).encode()),
    ],
)
async def test_an_answer_that_is_none_is_an_error_that_quotes_nothing(
    other: Scribe, status: int, answer: bytes
) -> None:
    other.status, other.answer, other.location = status, answer, "http://127.0.0.1:9/elsewhere"

    with pytest.raises(TranscriptionError) as failed:
        await written(other)

    assert "secret" not in str(failed.value)
    assert len(other.heard) == 1


async def test_a_connection_that_breaks_or_is_refused_is_an_error(other: Scribe) -> None:
    other.cut = True
    with pytest.raises(TranscriptionError):
        await written(other)

    other.url = "http://127.0.0.1:1/v1"
    with pytest.raises(TranscriptionError):
        await written(other)


async def test_who_asks_decides_how_long_it_may_take(other: Scribe) -> None:
    other.hang_s = 2

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await written(other)


def test_a_model_without_anybody_to_ask_is_refused_at_the_start(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "server.cli", "worker"],
        env=environment(tmp_path / "data", LANEWAY_TRANSCRIPTION_MODEL="openai:whisper-1"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert refused.returncode == 1
    assert "LANEWAY_OPENAI_API_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        one, writer = stack.enter_context(town()), stack.enter_context(scribe())
        settings = one.settings() | {
            "LANEWAY_TRANSCRIPTION_MODEL": "openai:whisper-1",
            "LANEWAY_OPENAI_BASE_URL": writer.url,
        }
        server = stack.enter_context(serving(tmp_path_factory.mktemp("data"), port=0, **settings))
        one.world.courier.url = f"{server.url}/webhooks/whatsapp"
        yield one, server, writer


def send_voice(town: Town, phone: str) -> None:
    town.world.send_file(phone, "audio", "audio/ogg; codecs=opus", OGG, voice=True)


def test_a_voice_note_is_answered_as_if_it_had_been_written(place: Place) -> None:
    town, server, writer = place
    writer.says(" ¿A qué hora abren? ")
    send_voice(town, "34630000001")
    [answer] = town.answers(1, "34630000001")
    session = str(answer.opaque).split("/")[0]
    turn = httpx2.get(f"{server.url}/v1/sessions/{session}/state").json()["turns"][-1]
    events = httpx2.get(f"{server.url}/v1/sessions/{session}/events.json").json()

    assert "10" in words(answer)
    assert (turn["text"], turn["intent"]) == ("¿A qué hora abren?", "opening_hours")
    assert turn["parts"][0]["transcript"] == "¿A qué hora abren?"
    assert [row["outcome"] for row in events if row["type"] == "tool.end"] == ["ok"]
    assert len(writer.heard) == 1


@pytest.mark.parametrize(("status", "answer"), [(500, b"oops"), (200, b'{"text": " "}')])
def test_one_that_cant_be_written_down_is_answered_honestly(place: Place, status: int, answer: bytes) -> None:
    town, _, writer = place
    writer.status, writer.answer = status, answer
    phone = f"3463000{status:04}"
    send_voice(town, phone)
    [sent] = town.answers(1, phone)
    writer.status = 200

    assert "no puedo escucharla" in words(sent)
