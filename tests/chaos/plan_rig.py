"""Workers that run plans, each a process of its own that can be killed."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from graphs.registry import AgentRegistry
from server.media.folder import FolderVault
from server.settings import Settings
from server.stores import open_stores
from server.workflow_parts import working_on_plans
from tests.desk import ports
from tests.forked import fork_server
from tests.waiting import SOON_S
from tests.working_agents import SPECS


@contextmanager
def plan_worker(url: str, folder: Path) -> Iterator[BaseProcess]:
    """Run a worker for plans; it is killed at the end if it still lives."""
    process = fork_server().Process(target=_main, args=(url, folder), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(SOON_S)


def _main(url: str, folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.pop("LANEWAY_AGENTS", None)
    asyncio.run(_work(Settings.load(redis_url=url, data_dir=folder, recovery_s=3.0, workflow_concurrency=20)))


async def _work(settings: Settings) -> None:
    agents, vault = AgentRegistry(SPECS), FolderVault(settings.data_dir / "media")
    async with open_stores(settings) as stores, working_on_plans(settings, stores, ports(), agents, vault):
        await asyncio.sleep(3600)
