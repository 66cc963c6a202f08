"""`laneway workflow logs`, `trends`: what agents said, and what became of runs day by day."""

import re
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from graphs.plan_view import duration
from server.app import Laneway
from server.clock import now_ms
from server.commands.offline import with_laneway, with_zone
from server.commands.operating import shop_time
from server.commands.rows import print_rows
from server.plans.logs import RunLogs
from state.errors import InvalidInputError
from state.workflow_log import DAY_MS, DayTrend, Level, LogFilter, LogLine

_AGO: Final = re.compile(r"(\d{1,6})([smhd])")
_MS: Final = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS}
_FIGURES: Final = ("average", "p95", "retries", "tokens", "USD")
_COLOURS: Final = {"info": "dim", "warning": "yellow", "error": "red"}


def logs(
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="Only this run; else all that have ended.")] = None,
    level: Annotated[Level | None, typer.Option(help="This severe or more: info, warning, error.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only what this agent said.")] = None,
    since: Annotated[str | None, typer.Option(metavar="AGO", help="Not older than this: 90s, 30m, 6h, 7d.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many lines.")] = 200,
) -> None:
    """Show what agents said while they worked, and why tasks failed."""
    from_ms = None if since is None else now_ms() - _ago(since)

    async def read(laneway: Laneway) -> list[LogLine]:
        found = (await laneway.workflows.get(run)).run.id if run else None
        kept = RunLogs(laneway.stores.events, laneway.stores.workflow_logs)
        return await kept.read(laneway.workflows.tenant, LogFilter(found, level, agent, from_ms), limit)

    lines, zone = with_zone(read)
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        where = line.task if run else f"{line.run} {line.task}"
        facts = " ".join(f"{name}={value}" for name, value in line.facts.items() if value is not None)
        console.print(
            f"[dim]{shop_time(line.at, zone)}[/] [{_COLOURS[line.level]}]{line.level:7}[/] "
            f"{escape(f'{line.agent} {where}: {line.text}'.lstrip())} [dim]{escape(facts)}[/]"
        )
    if not lines:
        console.print("Nothing was logged.", style="dim")


def trends(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back, today among them.")] = 14,
    agents: Annotated[bool, typer.Option("--agents", help="The tasks of each agent instead of the runs.")] = False,
) -> None:
    """Show what ended on each day (UTC), and how long it took."""

    async def read(laneway: Laneway) -> list[DayTrend]:
        since, tenant = (now_ms() // DAY_MS - days + 1) * DAY_MS, laneway.workflows.tenant
        kept = laneway.stores.workflow_trends
        return await (kept.agents(tenant, since) if agents else kept.runs(tenant, since))

    titles = ("day", *(["agent"] if agents else []), "ended", "completed", "failed", "cancelled", *_FIGURES)
    rows: list[tuple[str, ...]] = []
    for one in with_laneway(read):
        named = [one.agent or ""] if agents else []
        counts = [str(one.count), str(one.completed), str(one.failed), str(one.cancelled)]
        times = ["" if ms is None else duration(ms) for ms in (one.average_ms, one.p95_ms)]
        spent = [str(one.retries), f"{one.tokens:,}", f"{one.cost_usd:.4f}"]
        rows.append((one.day, *named, *counts, *times, *spent))
    print_rows(titles, rows, right=_FIGURES)


def _ago(text: str) -> int:
    found = _AGO.fullmatch(text.strip())
    if found is None:
        raise InvalidInputError(f"--since {text[:40]!r} can't be understood.", hint="Write 90s, 30m, 6h or 7d.")
    return int(found[1]) * _MS[found[2]]
