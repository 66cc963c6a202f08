"""`laneway backup`: copy the embedded store while it runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from server.logs import configure
from server.settings import Settings
from state.errors import SettingsError
from state.stores.embedded.backup import Backup
from state.stores.embedded.backup import backup as copy_store
from state.stores.embedded.store import EmbeddedStore
from state.stores.records.database import copy_embedded


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that isn't there yet; it will hold the copy.")],
) -> None:
    """Copy the embedded store and records into a new folder, also while a server runs; the copy is loaded to prove it.

    To go back to it: stop every server, move the data folder aside, and start with LANEWAY_DATA_DIR set to the copy.
    """
    settings = Settings.load()
    configure("error", settings.log_format)
    if settings.redis_url is not None:
        raise SettingsError(
            "LANEWAY_REDIS_URL is set, so the data is not in the data folder.",
            hint="Back up that server by its own means, such as its RDB or AOF files.",
        )
    made = asyncio.run(_backup(settings.data_dir, target))
    if settings.database_url is None:
        copy_embedded(settings.data_dir, target)
    Console(soft_wrap=True, highlight=False).print(
        f"[green]Backed up[/] {made.keys:,} keys, {made.size / 1024:,.0f} KB, to {made.folder}"
    )


async def _backup(folder: Path, target: Path) -> Backup:
    async with EmbeddedStore.open(folder) as store:
        return await copy_store(store, target)
