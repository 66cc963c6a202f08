"""`laneway backup`: copy the embedded store while it runs."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from server.logs import configure
from server.media.folder import UNFINISHED
from server.settings import SIMULATED, Settings
from state.errors import SettingsError, StoreError
from state.stores.embedded.backup import Backup
from state.stores.embedded.backup import backup as copy_store
from state.stores.embedded.store import EmbeddedStore
from state.stores.records.database import copy_embedded

_NOT_FILES: Final = {"appendonlydir", "cache", SIMULATED}
"""The store's own files, which are copied by its own means, what is made anew, and what was only played."""


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that isn't there yet; it will hold the copy.")],
) -> None:
    """Copy the embedded store, the records and the files into a new folder, also while a server runs.

    The store's copy is loaded to prove it. Files are those that customers sent, and evaluation runs; what is kept at
    LANEWAY_MEDIA_URL stays there.

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
    files = sum(_copied(path, target / path.relative_to(settings.data_dir)) for path in _files(settings.data_dir))
    noun = "file" if files == 1 else "files"
    Console(soft_wrap=True, highlight=False).print(
        f"[green]Backed up[/] {made.keys:,} keys, {made.size / 1024:,.0f} KB, and {files:,} {noun}, to {made.folder}"
    )


def _files(folder: Path) -> Iterator[Path]:
    for top in sorted(one for one in folder.iterdir() if one.is_dir() and one.name not in _NOT_FILES):
        yield from (path for path in top.rglob("*") if path.is_file() and not path.name.startswith(UNFINISHED))


def _copied(source: Path, target: Path) -> bool:
    """Copy a file with its age; False when it was deleted meanwhile."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(
            f"{source.name!r} could not be copied: {error.strerror}.",
            hint="The store and the records are in the copy. Make room, delete it, and back up again.",
        ) from error
    return True


async def _backup(folder: Path, target: Path) -> Backup:
    async with EmbeddedStore.open(folder) as store:
        return await copy_store(store, target)
