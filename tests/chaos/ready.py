"""Preloaded by the fork server: everything imported, the tenant read, its router and languages trained.

Never imported by a test. Which lane answers and in which language is of no matter to chaos.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import server.app
from server.settings import Settings


def _make_ready() -> None:
    tenant = server.app.read_tenant("demo")
    with TemporaryDirectory() as folder:
        ports = server.app.ports_of(Settings.load(data_dir=Path(folder)), tenant)
    server.app.read_tenant = lambda name: tenant
    server.app.ports_of = lambda settings, tenant: ports


_make_ready()
