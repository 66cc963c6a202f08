"""A process that is killed between the call and its record."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from state.effect import EffectName, SideEffect, idempotency_key
from state.ids import TenantId
from state.session import Session
from state.stores import keys
from state.stores.effects import RedisEffects
from state.stores.sessions import RedisSessions
from tests.contracts.effect_shop import SESSION, TURN
from tests.waiting import SOON_S

ORDER = EffectName(TURN, "buy")
CALL = f"TE-1 {idempotency_key(SESSION, ORDER)}"
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.defpath}


@dataclass
class Runs:
    """Runs of one turn, each in a process and under a fencing token of its own."""

    client: Redis
    url: str
    effect: SideEffect
    log: Path

    async def run(self, *, killed: bool = False) -> str:
        """Return what the process says first; with `killed` that is when it was killed."""
        fence = await self.client.hincrby(keys.of_session(SESSION, "meta"), "fence", 1)
        arguments = [self.url, str(fence), self.effect, str(self.log), *(["hang"] if killed else [])]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.contracts.effect_shop", *arguments, stdout=subprocess.PIPE, env=ENVIRONMENT
        )
        assert process.stdout is not None
        async with asyncio.timeout(SOON_S):
            said = await process.stdout.readline()
            if killed:
                process.kill()
            await process.communicate()
        assert process.returncode == (-9 if killed else 0)
        return said.decode().strip()

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
async def runs(request: pytest.FixtureRequest, emptied: str, tmp_path: Path) -> AsyncIterator[Runs]:
    session = Session(SESSION, TenantId("demo"), "chat", created=1, updated=1)
    async with Redis.from_url(emptied) as client:
        await RedisSessions(client, ttl_ms=600_000).create(session)
        yield Runs(client, emptied, request.param, tmp_path / "calls")


@pytest.mark.parametrize("runs", [SideEffect.IRREVERSIBLE], indirect=True)
async def test_an_irreversible_effect_whose_process_was_killed_is_not_done_twice_and_is_in_doubt(runs: Runs) -> None:
    assert await runs.run(killed=True) == "called"

    assert await runs.run() == "ambiguous_effect"

    store = RedisEffects(runs.client)
    assert runs.calls() == [CALL]
    assert [one.name for one in await store.ambiguous(SESSION)] == [ORDER]
    assert await store.settle_as_done(SESSION, ORDER, "ordered by hand")
    assert await runs.run() == "ordered by hand"
    assert runs.calls() == [CALL]


@pytest.mark.parametrize("runs", [SideEffect.IDEMPOTENT], indirect=True)
async def test_an_idempotent_effect_whose_process_was_killed_is_done_again_with_the_same_key(runs: Runs) -> None:
    assert await runs.run(killed=True) == "called"

    assert await runs.run() == "ordered TE-1"

    assert runs.calls() == [CALL, CALL]
    assert await RedisEffects(runs.client).ambiguous(SESSION) == []
