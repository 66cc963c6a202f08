"""`/v1/workflows/.../logs` and `/trends`: what agents said, and what became of runs day by day."""

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from server.clock import now_ms
from server.plans.logs import RunLogs
from server.plans.ports import Trends
from server.plans.verbs import Workflows
from state.plan_run import RunId
from state.workflow_log import DAY_MS, Level, LogFilter, LogLine

_LATEST_MS = 2**52


class LogQuery(BaseModel):
    """Which lines of the logs are wanted; times are milliseconds since 1970 UTC."""

    model_config = ConfigDict(extra="forbid")

    level: Annotated[Level | None, Field(description="This severe or more.")] = None
    agent: Annotated[str | None, Field(max_length=64)] = None
    since: Annotated[int | None, Field(ge=0, le=_LATEST_MS, description="This late or later.")] = None
    until: Annotated[int | None, Field(ge=0, le=_LATEST_MS, description="Earlier than this.")] = None
    after: Annotated[int | None, Field(ge=0, le=_LATEST_MS, description="The `seq` of the last line seen.")] = None
    limit: Annotated[int, Field(ge=1, le=5000)] = 500

    def wanted(self, run: RunId | None = None) -> LogFilter:
        """Return the filter."""
        return LogFilter(run, self.level, self.agent, self.since, self.until, self.after if run else None)


class RecordRoutes:
    """Reads what is kept of runs."""

    def __init__(self, workflows: Workflows, logs: RunLogs, trends: Trends) -> None:
        self._workflows = workflows
        self._logs = logs
        self._trends = trends

    async def of_run(self, workflow_id: str, query: Annotated[LogQuery, Query()]) -> Response:
        """Return what agents said in a workflow, in order; `after` of the answer asks for the next page."""
        run = (await self._workflows.get(workflow_id)).run
        lines = await self._logs.read(run.tenant, query.wanted(run.id), query.limit)
        return _json({"logs": _told(lines), "after": lines[-1].seq if len(lines) == query.limit else None})

    async def of_all(self, query: Annotated[LogQuery, Query()]) -> Response:
        """Return the last lines of all workflows that have ended, oldest first."""
        lines = await self._logs.kept.read(self._workflows.tenant, query.wanted(), query.limit)
        return _json({"logs": _told(lines)})

    async def trends(
        self,
        days: Annotated[int, Query(ge=1, le=366, description="How many days back, today among them.")] = 30,
        agent: Annotated[str | None, Query(max_length=64, description="Only this agent's tasks.")] = None,
    ) -> Response:
        """Return what ended on each day (UTC): runs, and the tasks of each agent."""
        since = (now_ms() // DAY_MS - days + 1) * DAY_MS
        tenant = self._workflows.tenant
        agents = await self._trends.agents(tenant, since, agent)
        runs = [] if agent else await self._trends.runs(tenant, since)
        return _json({"runs": [asdict(one) for one in runs], "agents": [asdict(one) for one in agents]})


def record_routes(workflows: Workflows, logs: RunLogs, trends: Trends) -> APIRouter:
    """Return the routes; to be included before those of `/v1/workflows/{id}`."""
    router = APIRouter(prefix="/v1/workflows", tags=["workflows"])
    routes = RecordRoutes(workflows, logs, trends)
    router.add_api_route("/logs", routes.of_all, response_class=Response)
    router.add_api_route("/trends", routes.trends, response_class=Response)
    router.add_api_route("/{workflow_id}/logs", routes.of_run, response_class=Response)
    return router


def _told(lines: list[LogLine]) -> list[dict[str, Any]]:
    return [{"workflow_id": line.run, **{k: v for k, v in asdict(line).items() if k != "run"}} for line in lines]


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
