"""`/v1/evals`: runs that were measured, and live turns on their way to a set."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from evals.errors import RunNotFoundError
from evals.exports import NAME, ExportFolder, ExportSummary, Label
from evals.live import LiveRow, live_rows
from evals.runs import RunFolder
from prompts.tenant import Tenant
from server.body import read_json
from server.clock import now_ms
from server.ports import TurnArchive
from server.routes.schemas import body_of
from state.errors import InvalidInputError
from state.ids import TenantId

_HOUR_MS: Final = 3_600_000
_MOST: Final = 10_000
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class RunLine(BaseModel):
    """One run: what was measured (`about`) and its main figures, shares from 0 to 1."""

    id: str
    created: str
    about: dict[str, str]
    rows: int
    accuracy: float
    macro_f1: float


class RunPage(BaseModel):
    """Answer of `GET /v1/evals/runs`, the latest first."""

    runs: list[RunLine]


class ExportPage(BaseModel):
    """Answer of `GET /v1/evals/exports`, by name."""

    exports: list[ExportSummary]


class RowPage(BaseModel):
    """Answer of `GET /v1/evals/exports/{name}/rows`; `total` counts all that were asked for."""

    rows: list[LiveRow]
    total: int


class NewExport(BaseModel):
    """Body of `POST /v1/evals/exports`: the turns of the last `hours`, each with `history` exchanges before it."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(pattern=NAME)]
    hours: Annotated[float, Field(gt=0, le=10_000)] = 168.0
    history: Annotated[int, Field(ge=0, le=20)] = 3


def evaluations(runs: RunFolder, exports: ExportFolder, archive: TurnArchive, tenant: Tenant) -> APIRouter:
    """Return the routes of `/v1/evals`."""
    router = APIRouter(prefix="/v1/evals", tags=["evaluations"])
    _runs(router, runs)
    _exports(router, exports, archive, tenant)
    _labels(router, exports, tenant)
    return router


def _runs(router: APIRouter, runs: RunFolder) -> None:
    @router.get("/runs")
    async def latest(limit: Annotated[int, Query(ge=1, le=200)] = 20) -> RunPage:
        """Return the latest runs of `laneway eval run` in this server's data folder."""
        found = await asyncio.to_thread(runs.latest, limit)
        return RunPage(
            runs=[
                RunLine(
                    id=one.id,
                    created=one.created,
                    about=one.about,
                    rows=one.figures.rows,
                    accuracy=one.figures.accuracy,
                    macro_f1=one.figures.macro_f1,
                )
                for one in found
            ]
        )

    @router.get("/runs/{run_id}", response_class=FileResponse)
    async def run(run_id: str) -> FileResponse:
        """Return a run whole: its figures and every row's outcome."""
        return FileResponse(await asyncio.to_thread(_file, runs, run_id, "run.json"), media_type="application/json")

    @router.get("/runs/{run_id}/report", response_class=FileResponse)
    async def report(run_id: str) -> FileResponse:
        """Return a run's report, one HTML page that needs nothing else."""
        path = await asyncio.to_thread(_file, runs, run_id, "report.html")
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


def _exports(router: APIRouter, exports: ExportFolder, archive: TurnArchive, tenant: Tenant) -> None:
    @router.get("/exports")
    async def every() -> ExportPage:
        """Return the exports there are, and how far each is labelled."""
        return ExportPage(exports=await asyncio.to_thread(exports.summaries))

    @router.post("/exports", status_code=HTTPStatus.CREATED, openapi_extra=body_of(NewExport))
    async def export(request: Request) -> ExportSummary:
        """Keep the turns of the last hours as rows to label, without phones, e-mails, numbers and introduced names."""
        wanted = await read_json(request, NewExport)
        since = now_ms() - int(wanted.hours * _HOUR_MS)
        turns = await archive.ended_since(TenantId(tenant.id), since, _MOST)
        rows = live_rows(turns, history=wanted.history)
        return await asyncio.to_thread(exports.add, wanted.name, rows)

    @router.get("/exports/{name}/rows")
    async def rows(
        name: str,
        waiting: Annotated[bool, Query(description="Only rows without a label.")] = False,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> RowPage:
        """Return rows with what the router made of them (`said_lane`, `said_intent`) and their labels."""
        found = [row for row in await asyncio.to_thread(exports.rows, name) if row.waits or not waiting]
        return RowPage(rows=found[offset : offset + limit], total=len(found))

    @router.get("/exports/{name}/set")
    async def gold(name: str) -> Response:
        """Return what is labelled as JSONL, a set for `laneway eval run --set FILE`."""
        found = await asyncio.to_thread(exports.gold, name)
        lines = b"".join(orjson.dumps(row.model_dump(mode="json")) + b"\n" for row in found)
        return Response(lines, media_type="application/jsonl")


def _labels(router: APIRouter, exports: ExportFolder, tenant: Tenant) -> None:
    @router.put("/exports/{name}/rows/{row_id}/label", openapi_extra=body_of(Label))
    async def label(name: str, row_id: str, request: Request) -> LiveRow:
        """Say where a message should have gone; the same again changes nothing, another label replaces it."""
        said = await read_json(request, Label)
        _check(said, tenant)
        return await asyncio.to_thread(exports.label, name, row_id, said)


def _check(label: Label, tenant: Tenant) -> None:
    known = tenant.intent(label.intent)
    if label.intent is None or (known is not None and known.lane == label.lane):
        return
    there = ", ".join(sorted(one.name for one in tenant.intents if one.lane == label.lane)) or "none"
    raise InvalidInputError(
        f"The lane {label.lane!r} has no intent {label.intent!r}.",
        hint=f"It has {there}; leave `intent` out where none covers it.",
    )


def _file(runs: RunFolder, run_id: str, name: str) -> str:
    path = runs.root / run_id / name
    if run_id not in runs.ids() or not path.is_file():
        raise RunNotFoundError(run_id)
    return str(path)
