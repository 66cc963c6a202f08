"""`/livez` and `/readyz`: is the process there, and can it take a message."""

import asyncio
from typing import Final

from fastapi import APIRouter
from redis.asyncio import Redis

from server.drain import Drain
from state.errors import StoreUnavailableError
from state.stores.faults import store_errors

ANSWER_WITHIN_S: Final = 1.0
"""A store that takes longer is as good as none to whoever waits for an answer."""

_KEY: Final = "lw:{check}:probe"


def health(client: Redis, drain: Drain) -> APIRouter:
    """Return the routes that orchestrators ask."""
    router = APIRouter(tags=["health"])

    @router.get("/livez")
    async def live() -> dict[str, str]:
        """Answer as long as the process does."""
        return {"status": "alive"}

    @router.get("/readyz")
    async def ready() -> dict[str, str]:
        """Answer 200 when messages can be accepted, else 503 with the reason."""
        drain.refuse()
        try:
            with store_errors():
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await client.set(_KEY, "", xx=True)  # writes nothing; refused where a write would be
        except TimeoutError as error:
            raise StoreUnavailableError(f"it did not answer within {ANSWER_WITHIN_S:.0f} s") from error
        return {"status": "ready"}

    return router
