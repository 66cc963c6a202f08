"""`/livez` and `/readyz`: is the process there, and can it take a message."""

from fastapi import APIRouter
from redis.asyncio import Redis

from server.drain import Drain
from state.stores.faults import store_errors


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
        with store_errors():
            await client.ping()
        return {"status": "ready"}

    return router
