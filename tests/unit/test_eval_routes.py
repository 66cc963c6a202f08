"""`/v1/evals`: runs are listed and shown, live turns exported and labelled, by HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from fastapi import FastAPI

from evals.data.reading import read_gold
from evals.exports import ExportFolder
from evals.report.page import page
from evals.runs import RunFolder
from server import failures
from server.clock import now_ms
from server.routes.evaluations import evaluations
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.session import FinishedTurn
from state.stores.records.memory import MemoryTurnArchive
from state.turn import TextPart, Turn
from tests.desk import demo
from tests.evaluations import run_of, told


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[MemoryTurnArchive, httpx2.AsyncClient]]:
    app, archive = FastAPI(), MemoryTurnArchive()
    failures.install(app)
    app.include_router(evaluations(RunFolder(folder / "runs"), ExportFolder(folder / "exports"), archive, demo()))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://laneway") as http:
        yield archive, http


def finished(number: int, text: str) -> FinishedTurn:
    name = f"trn_{number}"
    turn = Turn(TurnId(name), MessageId(name), 1, [TextPart(text)], text, "es", "support", "return_item", "Claro.")
    return FinishedTurn(TenantId("demo"), SessionId("ses_1"), "chat", "completed", now_ms(), turn, number)


async def test_live_turns_are_exported_labelled_and_come_back_as_a_set(tmp_path: Path) -> None:
    async with desk(tmp_path) as (archive, http):
        await archive.keep([finished(1, "Soy Ana, llegó rota"), finished(2, "¿y el reembolso?"), finished(3, "eh")])
        made = await http.post("/v1/evals/exports", json={"name": "week-1", "hours": 1})
        right = {"lane": "support", "intent": "return_item"}

        first = await http.put("/v1/evals/exports/week-1/rows/trn_1/label", json=right)
        await http.put("/v1/evals/exports/week-1/rows/trn_3/label", json={"skipped": True})
        waiting = (await http.get("/v1/evals/exports/week-1/rows?waiting=true")).json()
        gold = await http.get("/v1/evals/exports/week-1/set")

        assert made.json() == {"name": "week-1", "rows": 3, "labelled": 0, "waiting": 3}
        assert (first.json()["text"], first.json()["intent"]) == ("Soy NAME, llegó rota", "return_item")
        assert ([row["id"] for row in waiting["rows"]], waiting["total"]) == (["trn_2"], 1)
        (tmp_path / "set.jsonl").write_bytes(gold.content)
        assert [row.intent for row in read_gold(str(tmp_path / "set.jsonl"))] == ["return_item"]


REFUSED: list[tuple[str, str, Any, tuple[int, str]]] = [
    ("POST", "exports", {"name": "../up"}, (422, "invalid_input")),
    ("POST", "exports", {"name": "week-1"}, (409, "export_exists")),
    ("GET", "exports/other/rows", None, (404, "export_not_found")),
    ("GET", "exports/..%2Fruns/rows", None, (404, "not_found")),
    ("PUT", "exports/week-1/rows/trn_9/label", {"lane": "info"}, (404, "export_not_found")),
    ("PUT", "exports/week-1/rows/trn_1/label", {"lane": "sales"}, (422, "invalid_input")),
    ("PUT", "exports/week-1/rows/trn_1/label", {"lane": "info", "intent": "return_item"}, (422, "invalid_input")),
    ("PUT", "exports/week-1/rows/trn_1/label", {}, (422, "invalid_input")),
    ("GET", "runs/nowhere", None, (404, "evaluation_not_found")),
    ("GET", "runs/..%2Fexports", None, (404, "not_found")),
]


@pytest.mark.parametrize(("method", "path", "body", "refusal"), REFUSED)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(
    tmp_path: Path, method: str, path: str, body: Any, refusal: tuple[int, str]
) -> None:
    async with desk(tmp_path) as (archive, http):
        await archive.keep([finished(1, "hola")])
        await http.post("/v1/evals/exports", json={"name": "week-1"})
        before = (tmp_path / "exports" / "week-1.jsonl").read_bytes()

        answer = await http.request(method, f"/v1/evals/{path}", json=body)

        assert (answer.status_code, answer.json()["code"]) == refusal
        assert (tmp_path / "exports" / "week-1.jsonl").read_bytes() == before


async def test_runs_are_listed_and_shown_with_their_report(tmp_path: Path) -> None:
    measured = run_of([told("1", "info", "info"), told("2", "info", "support")])
    folder = RunFolder(tmp_path / "runs").keep(measured)
    (folder / "report.html").write_text(page(measured), "utf-8")

    async with desk(tmp_path) as (_, http):
        listed = (await http.get("/v1/evals/runs")).json()["runs"]
        shown = await http.get(f"/v1/evals/runs/{measured.id}")
        report = await http.get(f"/v1/evals/runs/{measured.id}/report")

    assert [(one["id"], one["rows"], one["accuracy"]) for one in listed] == [(measured.id, 2, 0.5)]
    assert orjson.loads(shown.content)["id"] == measured.id
    assert "script" not in report.headers["content-security-policy"]
    assert report.text.startswith("<!doctype html>")
