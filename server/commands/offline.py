"""What commands do with the store of a running or stopped Laneway, without answering anything themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from server.app import Laneway, open_laneway
from server.logs import configure
from server.service import Service
from server.settings import Settings

Result = TypeVar("Result")


def with_service(ask: Callable[[Service], Awaitable[Result]]) -> Result:
    """Open the store, call `ask` with the application's verbs, and return what it returns."""
    return with_laneway(lambda laneway: ask(laneway.service))


def with_laneway(ask: Callable[[Laneway], Awaitable[Result]]) -> Result:
    """Open the store, call `ask` with everything, and return what it returns."""
    settings = Settings.load()
    configure("error", settings.log_format)

    async def run() -> Result:
        async with open_laneway(settings, work=False) as laneway:
            return await ask(laneway)

    return asyncio.run(run())


def local_time(ms: int) -> str:
    """Return milliseconds since 1970 UTC as this machine's date and time."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
