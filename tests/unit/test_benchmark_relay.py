"""Round trips are counted on the wire."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.checkpoints.relay import Relay, relayed


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    (tmp_path / "relay").mkdir()
    server = await asyncio.start_unix_server(shout, str(tmp_path / "s"))
    async with server, relayed(tmp_path / "s", tmp_path / "relay") as relay:
        yield relay


async def test_each_question_after_an_answer_is_a_round_trip(relay: Relay, tmp_path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "relay" / "s"))

    for _ in range(3):
        writer.write(b"hola\n")
        assert await reader.readline() == b"HOLA\n"

    assert relay.trips == 3
    writer.close()
    await writer.wait_closed()


async def test_questions_sent_together_share_a_round_trip(relay: Relay, tmp_path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "relay" / "s"))

    writer.write(b"uno\ndos\n")
    answers = [await reader.readline(), await reader.readline()]

    assert answers == [b"UNO\n", b"DOS\n"]
    assert relay.trips == 1
    writer.close()
    await writer.wait_closed()
