"""Publish sites into a folder or S3-compatible storage: all files of a site, or the ones before."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from nodes.agents.site.deployer import MANIFEST, Published
from server.media.s3 import s3_store
from state.errors import NotDoneError
from state.ids import TenantId

_KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "json": "application/json",
}
_HINT: Final = "Check LANEWAY_SITES_URL and that the place can be written."


class FolderSites:
    """`FOLDER/TENANT/SLUG/index.html`; a site takes the place of the one before by two renames."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def publish(self, tenant: TenantId, slug: str, files: dict[str, bytes]) -> str:
        """Put all files of a site in the place of those before; return the path of its first page."""
        place = self._folder / tenant / slug
        with _told():
            await asyncio.to_thread(_put, place, files)
        return str((place / "index.html").absolute())

    async def published(self, tenant: TenantId, slug: str) -> Published | None:
        """Return what is there now, None when there is nothing."""
        place = self._folder / tenant / slug
        with _told():
            manifest = await asyncio.to_thread(_read, place / MANIFEST)
        return None if manifest is None else Published(manifest, str((place / "index.html").absolute()))


def _put(place: Path, files: dict[str, bytes]) -> None:
    if place.exists() and not (place / MANIFEST).is_file():
        raise NotDoneError(f"{place} holds something that is no site of Laneway.", hint="Move it, or rename the shop.")
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (place.with_name(f".{place.name}-{token_hex(4)}-{what}") for what in ("new", "old"))
    try:
        for path, content in files.items():
            target = fresh / path
            if not target.resolve().is_relative_to(fresh.resolve()):
                raise NotDoneError(f"{path[:80]!r} leads out of the site.", hint="Build the site anew.")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if place.exists():
            place.rename(old)
        fresh.rename(place)
    finally:
        for one in (fresh, old):
            shutil.rmtree(one, ignore_errors=True)


def _read(manifest: Path) -> bytes | None:
    try:
        return manifest.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


class S3Sites:
    """`PREFIX/TENANT/SLUG/index.html`; the pages come last but the manifest, so that what they link to is there."""

    def __init__(self, store: S3Store, address: str) -> None:
        self._store = store
        self._address = address

    @classmethod
    def at(cls, address: SecretStr) -> "S3Sites":
        """Return the sites at an address as `LANEWAY_SITES_URL` has it; raises `SettingsError`."""
        shown = address.get_secret_value().partition("?")[0].removeprefix("s3://").rpartition("@")[2]
        return cls(s3_store(address, "LANEWAY_SITES_URL"), f"s3://{shown.rstrip('/')}")

    async def publish(self, tenant: TenantId, slug: str, files: dict[str, bytes]) -> str:
        """Put all files of a site there, then take away those that it has no more; return its address."""
        start = f"{tenant}/{slug}/"
        with _told():
            for path in sorted(files, key=lambda one: (one == MANIFEST, one.endswith(".html"), one)):
                kind = _KINDS.get(path.rpartition(".")[2], "application/octet-stream")
                await obstore.put_async(self._store, start + path, files[path], attributes={"Content-Type": kind})
            async for rows in obstore.list(self._store, prefix=start):
                gone = [row["path"] for row in rows if row["path"].removeprefix(start) not in files]
                if gone:
                    await obstore.delete_async(self._store, gone)
        return f"{self._address}/{start}index.html"

    async def published(self, tenant: TenantId, slug: str) -> Published | None:
        """Return what is there now, None when there is nothing."""
        start = f"{tenant}/{slug}/"
        with _told():
            try:
                found = await obstore.get_async(self._store, start + MANIFEST)
            except FileNotFoundError:
                return None
            return Published(bytes(await found.bytes_async()), f"{self._address}/{start}index.html")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, BaseError) as error:
        raise NotDoneError(f"The site can't be published: {type(error).__name__}.", hint=_HINT) from error
