"""Preloaded by the server of forks: everything imported, the demo tenant read, its router and languages trained.

Never imported by a test.
"""

import gc
from dataclasses import replace
from importlib import import_module
from shutil import copytree

import server.context
import tests.desk
import tests.trained
from nodes.ports import Decider, Ports
from prompts.tenant import Tenant
from server.settings import Settings


def _make_ready() -> None:
    demo, made = tests.desk.demo(), tests.trained.trained()
    read, make = server.context.read_tenant, server.context.ports_of

    def read_tenant(name: str) -> Tenant:
        return demo if name == "demo" else read(name)

    def ports_of(
        settings: Settings, tenant: Tenant, decider: Decider | None = None, prompt: str | None = None
    ) -> Ports:
        if tenant is demo and decider is None:
            return replace(made, window=settings.turn_window)
        if tenant is demo:
            copytree(tests.trained.KEPT / "cache", settings.data_dir / "cache", dirs_exist_ok=True)
        return make(settings, tenant, decider, prompt)

    server.context.read_tenant = read_tenant
    server.context.ports_of = ports_of
    import_module("server.app")  # after these, so that it takes them
    gc.collect()
    gc.freeze()  # a fork that collects would look at all this, and so get a copy of it


_make_ready()
