"""What commands do with the store of a running or stopped Laneway, without answering anything themselves."""

import asyncio
from collections.abc import Awaitable, Callable
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


def with_zone(ask: Callable[[Laneway], Awaitable[Result]]) -> tuple[Result, str]:
    """Do as `with_laneway`, and return the tenant's time zone, too."""

    async def both(laneway: Laneway) -> tuple[Result, str]:
        return await ask(laneway), laneway.tenant.profile.timezone

    return with_laneway(both)
