"""What was measured as Markdown tables."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from benchmarks.page import table
from benchmarks.scale.answering import MODEL_S
from benchmarks.scale.load import Point, percentile
from benchmarks.scale.memory import Memory
from benchmarks.scale.overload import Sample
from benchmarks.scale.simulation import Simulated
from benchmarks.scale.usage import Command

TURNS: Final = (
    *("processes", "sessions", "turns/s", "Laneway CPU ms", "store CPU ms", "load generator CPU ms"),
    *("202 ms", "first event ms", "`turn.end` ms", "other programs"),
)
OVERLOAD: Final = (
    *("second", "accepted/s", "202 p99 ms"),
    *("`laneway_queue_ready`", "`laneway_queue_waiting`", "`laneway_queue_oldest_seconds`"),
)
SHOWN: Final = 10
"""Commands of the store that are listed, the most expensive first."""


def turns(points: Sequence[Point]) -> str:
    """Return a row for each number of sessions; times are p50 / p99."""
    return table(TURNS, [_point(one) for one in points])


def overloaded(samples: Sequence[Sample]) -> str:
    """Return a row for each time that `/metrics` was read."""
    began = Sample(0.0, [], 0, 0, 0)
    return table(OVERLOAD, [_sample(before, now) for before, now in pairwise([began, *samples])])


def commands(ran: Mapping[str, Command]) -> str:
    """Return the commands of a turn, those that scripts ran included."""
    rows = [[f"`{name}`", f"{one.calls:.1f}", f"{one.usec:.0f}"] for name, one in list(ran.items())[:SHOWN]]
    return table(["command", "calls a turn", "µs a turn"], rows)


def redis(point: Point, session: Memory) -> str:
    """Return what one turn and one session take of the store, and what follows from it for one process."""
    cpu = point.cpu(point.used.store)
    whole = sum(session.kinds.values())
    rows = [
        ["CPU ms a turn (INFO cpu)", f"{cpu:.2f}"],
        ["commands a turn, those that scripts ran included", f"{sum(one.calls for one in point.ran.values()):.0f}"],
        ["turns/s that keep one process busy: 1000 / CPU ms", f"{1000 / cpu:,.0f}"],
        ["turns/s at 60 % of it", f"{600 / cpu:,.0f}"],
        ["KB of an idle session after 10 turns", f"{session.used / 1000:,.0f}"],
        *([f"of these: {kind}", f"{size / whole:.0%}"] for kind, size in session.kinds.items()),
        ["idle sessions in 10 GB", f"{10e9 / session.used:,.0f}"],
    ]
    return table(["", "one store process"], rows)


def simulated(one: Simulated) -> str:
    """Return what became of the crowd."""
    crowd, used = one.crowd, one.used
    answered = max(len(crowd.added), 1)
    per_turn = f"{used.laneway * 1000 / answered:.1f} / {used.store * 1000 / answered:.2f} / "
    rows = [
        ["open sessions", f"{one.plan.sessions:,}"],
        ["a session writes about every", f"{one.plan.every_s:.0f} s"],
        ["turns, in seconds", f"{len(crowd.accepted):,} in {one.plan.seconds:.0f}"],
        ["turns/s", f"{len(crowd.accepted) / one.plan.seconds:.0f}"],
        [f"ms beyond the model's {MODEL_S * 1000:.0f}, p50 / p99", _both(crowd.added)],
        ["lost / ended twice", f"{crowd.lost} / {crowd.twice}"],
        ["most sessions in a turn or waiting at once", f"{max(depths.waiting for depths in crowd.depths):,}"],
        ["most sessions that no worker had taken", f"{max(depths.ready for depths in crowd.depths):,}"],
        ["MB of a worker idle / at most", f"{one.idle_bytes / 1e6:.0f} / {max(crowd.resident) / 1e6:.0f}"],
        ["CPU ms a turn: workers / store / customers", f"{per_turn}{used.generator * 1000 / answered:.1f}"],
        ["other programs", f"{used.others:.0%}"],
    ]
    return table(["", f"{one.plan.workers} worker{'s' * (one.plan.workers > 1)}"], rows)


def _point(one: Point) -> list[str]:
    shares = [f"{one.cpu(seconds):.1f}" for seconds in (one.used.laneway, one.used.store, one.used.generator)]
    times = [[took.accepted for took in one.taken], [took.first for took in one.taken]]
    times.append([took.ended for took in one.taken])
    name, sessions = one.deployment, f"{one.sessions}"
    return [name, sessions, _short(one.per_second), *shares, *(_both(values) for values in times), _others(one)]


def _others(one: Point) -> str:
    return f"{one.used.others:.0%}"


def _both(values: Sequence[float]) -> str:
    return f"{_short(percentile(values, 0.5))} / {_short(percentile(values, 0.99))}"


def _short(value: float) -> str:
    """Return a number with a decimal where that tells something: below ten."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def _sample(before: Sample, now: Sample) -> list[str]:
    rate = len(now.took) / (now.at - before.at)
    slow = _short(percentile(now.took, 0.99)) if now.took else "-"
    return [f"{now.at:.0f}", f"{rate:.0f}", slow, f"{now.ready:.0f}", f"{now.waiting:.0f}", f"{now.oldest_s:.1f}"]
