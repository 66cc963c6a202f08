"""Customers' files are kept whole, apart by tenant, and no longer than wanted: in memory, in a folder, in S3."""

import asyncio
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import obstore
import pytest
from pydantic import SecretStr

from nodes.agents.site.deployer import MANIFEST, Published
from server.clock import now_ms
from server.media.folder import FolderVault
from server.media.memory import MemoryVault
from server.media.ports import Vault
from server.media.s3 import S3Vault, s3_store
from server.plans.sites import S3Sites
from state.errors import SettingsError
from state.ids import TenantId
from state.media import MediaFailedError

SHOP, OTHER = TenantId("shop"), TenantId("other")
CONTENT = os.urandom(3_000_000)
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of a local S3 server: what `LANEWAY_MEDIA_URL` would name."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        assert server.stderr
        lines = iter(server.stderr.readline, "")
        found = next(match for line in lines if (match := re.search(r"Running on (http://\S+)", line)))
        httpx2.put(f"{found[1]}/files").raise_for_status()
        yield f"s3://KEY:SE%2FCRET@files/some/prefix?endpoint={found[1]}&region=us-east-1"
        server.terminate()


@pytest.fixture(params=["memory", "folder", "s3"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    made: dict[str, Callable[[], Vault]] = {
        "memory": MemoryVault,
        "folder": lambda: FolderVault(tmp_path / "data" / "media"),
        "s3": lambda: S3Vault.at(SecretStr(request.getfixturevalue("bucket"))),
    }
    return made[request.param]()


async def read(vault: Vault, tenant: TenantId = SHOP) -> bytes | None:
    pieces = await vault.open(tenant, NAME)
    return None if pieces is None else b"".join([piece async for piece in pieces])


async def test_what_was_put_comes_back_for_its_tenant_alone(vault: Vault) -> None:
    await vault.forget(now_ms() + 60_000)
    before = await read(vault)
    await asyncio.gather(*(vault.put(SHOP, NAME, CONTENT) for _ in range(4)))

    assert before is None
    assert await read(vault) == CONTENT
    assert await read(vault, OTHER) is None


async def test_old_files_are_forgotten_and_young_ones_stay(vault: Vault) -> None:
    await vault.forget(now_ms() + 60_000)
    await vault.put(SHOP, NAME, CONTENT)
    await vault.put(OTHER, NAME, CONTENT)

    assert await vault.forget(now_ms() - 60_000) == 0
    assert await read(vault) == CONTENT
    assert await vault.forget(now_ms() + 60_000) == 2
    assert await read(vault) is None
    assert await read(vault, OTHER) is None


async def test_a_file_that_comes_again_is_young_again(tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    await vault.put(SHOP, NAME, CONTENT)
    os.utime(tmp_path / SHOP / NAME[:2] / NAME, (0, 0))
    await vault.put(SHOP, NAME, CONTENT)

    assert await vault.forget(now_ms() - 60_000) == 0


async def test_nobody_else_can_read_the_folder_and_nothing_unfinished_stays(tmp_path: Path) -> None:
    vault = FolderVault(tmp_path / "data" / "media")
    await vault.put(SHOP, NAME, CONTENT)
    found = list((tmp_path / "data").rglob("*"))

    assert [path.name for path in found if path.is_file()] == [NAME]
    assert {path.stat().st_mode & 0o077 for path in found} == {0}


async def test_a_folder_that_cant_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("not a folder")

    with pytest.raises(MediaFailedError, match="data folder"):
        await FolderVault(tmp_path / "media").put(SHOP, NAME, CONTENT)


async def test_a_file_that_goes_while_it_is_read_is_said_so(tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    await vault.put(SHOP, NAME, CONTENT)
    pieces = await vault.open(SHOP, NAME)
    await vault.forget(now_ms() + 60_000)

    assert pieces is not None
    with pytest.raises(MediaFailedError, match="data folder"):
        await anext(pieces)


async def test_storage_that_is_away_is_said_so(unused: str) -> None:
    vault = S3Vault.at(SecretStr(f"s3://KEY:SECRET@files?endpoint={unused}"))

    with pytest.raises(MediaFailedError, match="storage"):
        await vault.put(SHOP, NAME, b"1")
    with pytest.raises(MediaFailedError, match="storage"):
        await vault.open(SHOP, NAME)
    with pytest.raises(MediaFailedError, match="storage"):
        await vault.forget(0)


@pytest.fixture
async def unused() -> AsyncIterator[str]:
    """An address at which every connection is closed at once."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("address", ["https://host/bucket", "s3://", "s3:///x", "s3://bucket?endpont=http://x"])
def test_an_address_that_is_wrong_is_refused_without_quoting_its_secret(address: str) -> None:
    with pytest.raises(SettingsError, match="LANEWAY_MEDIA_URL") as refused:
        S3Vault.at(SecretStr(address))

    assert address not in refused.value.message


async def test_a_site_is_published_to_storage_and_what_it_has_no_more_is_taken_away(bucket: str) -> None:
    sites = S3Sites.at(SecretStr(bucket))
    first = await sites.publish(SHOP, "cafe", {"index.html": b"<h1>", "old.html": b"x", MANIFEST: b"{}"})
    await sites.publish(SHOP, "cafe", {"index.html": b"<h2>", MANIFEST: b'{"v": 2}'})

    found = await sites.published(SHOP, "cafe")
    page = await obstore.get_async(s3_store(SecretStr(bucket), "X"), "shop/cafe/index.html")

    assert first == "s3://files/some/prefix/shop/cafe/index.html"
    assert found == Published(b'{"v": 2}', first)
    assert bytes(await page.bytes_async()) == b"<h2>"
    assert page.attributes["Content-Type"] == "text/html; charset=utf-8"
    with pytest.raises(FileNotFoundError):
        await obstore.get_async(s3_store(SecretStr(bucket), "X"), "shop/cafe/old.html")
    assert await sites.published(OTHER, "cafe") is None
