"""What `/v1/workflows/{id}/files` gives out, and how."""

import hashlib
from dataclasses import replace
from typing import Any

import httpx2
from fastapi import FastAPI

from server import failures
from server.drain import Drain
from server.media.memory import MemoryVault
from server.plans.verbs import Workflows
from server.routes.workflow_files import workflow_files
from state.ids import TenantId
from state.plan_run import RunId
from state.stores.memory import MemoryRuns, MemorySessions
from tests.unit.plan_runs import RUN
from tests.unit.workflow_desk import AGENTS, OneTemplate

PAGE = b"<script>alert(1)</script>"
DIGEST = hashlib.sha256(PAGE).hexdigest()


async def asked(path: str, **facts: str) -> httpx2.Response:
    told: Any = {"sha256": DIGEST, "name": 'a "page"\r\n.html', "mime": "text/html", "size": 99, **facts}
    run = replace(RUN, id=RunId("run_7"), status="completed", output={"files": [told]})
    runs, app, vault = MemoryRuns(MemorySessions()), FastAPI(), MemoryVault()
    await runs.create(run, [], "")
    await vault.put(TenantId("demo"), DIGEST, PAGE)
    unused: Any = None
    app.include_router(workflow_files(Workflows(TenantId("demo"), runs, unused, AGENTS, OneTemplate(), Drain()), vault))
    failures.install(app)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as http:
        return await http.get(f"/v1/workflows/run_7/files{path}")


async def test_a_runs_files_are_listed() -> None:
    listed = (await asked("")).json()

    assert [(one["sha256"], one["mime"]) for one in listed["files"]] == [(DIGEST, "text/html")]


async def test_a_page_is_given_to_be_saved_and_never_shown() -> None:
    given = await asked(f"/{DIGEST}")

    assert given.content == PAGE
    assert given.headers["content-disposition"].startswith("attachment; ")
    assert given.headers["content-security-policy"].startswith("sandbox")
    assert given.headers["x-content-type-options"] == "nosniff"


async def test_a_media_type_that_is_none_is_not_repeated() -> None:
    assert (await asked(f"/{DIGEST}", mime="text/html\r\nX: y")).headers["content-type"] == "application/octet-stream"


async def test_a_file_that_is_not_of_this_run_is_not_found() -> None:
    refused = await asked(f"/{'0' * 64}")

    assert (refused.status_code, refused.json()["code"]) == (404, "file_not_found")
    assert refused.json()["hint"]
