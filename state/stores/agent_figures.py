"""How agents did, counted over every process on the store."""

from collections.abc import Sequence
from typing import Final, cast

from redis.asyncio import Redis

from state.agent_figures import RECENT, AgentCall, AgentFigures, health_of, p95
from state.stores.faults import store_errors
from state.stores.scripts import script

_KEPT_MS: Final = 90 * 24 * 3600 * 1000


class RedisAgentFigures:
    """One script for all the calls of an agent that are counted together."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._called = script(client, "agent_called")

    async def called(self, calls: Sequence[AgentCall]) -> None:
        """Count calls that have ended, the earliest first."""
        of: dict[str, list[str]] = {}
        for call in calls:
            of.setdefault(call.agent, []).extend((f"{call.ms:.3f}", call.error))
        with store_errors():
            for agent, told in of.items():
                await self._called(keys=_keys(agent), args=[RECENT, _KEPT_MS, *told])

    async def figures(self, agents: Sequence[str]) -> list[AgentFigures]:
        """Return what is known of each agent, in the order they are named."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for agent in agents:
                totals, recent = _keys(agent)
                pipe.hgetall(totals)
                pipe.lrange(recent, 0, -1)
            replies = await pipe.execute()
        return [
            _figures(agent, cast("dict[bytes, bytes]", totals), cast("list[bytes]", recent))
            for agent, totals, recent in zip(agents, replies[::2], replies[1::2], strict=True)
        ]


def _figures(agent: str, totals: dict[bytes, bytes], recent: list[bytes]) -> AgentFigures:
    if not totals:
        return AgentFigures(agent)
    rows = [row.decode().split(" ", 1) for row in recent]
    count, error = int(totals[b"count"]), int(totals.get(b"error", 0))
    return AgentFigures(
        agent,
        count=count,
        success=count - error,
        error=error,
        average_ms=round(float(totals[b"ms"]) / count, 3),
        p95_ms=p95([float(row[0]) for row in rows]),
        last_run=int(totals[b"at"]),
        last_error=totals.get(b"last_error", b"").decode(),
        health=health_of([bool(row[1]) for row in rows]),
    )


def _keys(agent: str) -> list[str]:
    return [f"lw:agent:{{{agent}}}", f"lw:agent:{{{agent}}}:recent"]
