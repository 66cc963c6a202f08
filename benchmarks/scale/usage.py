"""Who used the machine: CPU time of Laneway's processes, of the store, of the load generator, of everything else."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psutil
from redis import Redis

CORES: Final = psutil.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds since some beginning: wall time, and CPU time of each."""

    wall: float
    laneway: float
    store: float
    generator: float
    machine: float

    def __sub__(self, before: "Usage") -> "Usage":
        return Usage(
            self.wall - before.wall,
            self.laneway - before.laneway,
            self.store - before.store,
            self.generator - before.generator,
            self.machine - before.machine,
        )

    @property
    def others(self) -> float:
        """The share of the machine, 0 to 1, that programs took which are not measured here."""
        ours = self.laneway + self.store + self.generator
        return max(self.machine - ours, 0.0) / (self.wall * CORES)


def usage(processes: list[psutil.Process], store: Redis) -> Usage:
    """Read the clocks."""
    busy = psutil.cpu_times()
    return Usage(
        time.perf_counter(),
        sum(one.user + one.system for one in (process.cpu_times() for process in processes)),
        store_cpu(store),
        time.process_time(),
        sum(busy) - busy.idle - getattr(busy, "iowait", 0.0) - getattr(busy, "steal", 0.0),
    )


def store_cpu(store: Redis) -> float:
    """Return the seconds of CPU that the store has used, its threads and rewrites included."""
    info: Any = store.info("cpu")
    return float(sum(info[f"used_cpu_{mode}{kind}"] for mode in ("user", "sys") for kind in ("", "_children")))


@dataclass(frozen=True, slots=True)
class Command:
    """How often the store ran a command, and for how many microseconds."""

    calls: float
    usec: float


def commands(store: Redis) -> dict[str, Command]:
    """Return what the store ran since its start, those that scripts ran included."""
    info: Any = store.info("commandstats")
    return {name.removeprefix("cmdstat_"): Command(one["calls"], one["usec"]) for name, one in info.items()}


def a_turn(after: Mapping[str, Command], before: Mapping[str, Command], turns: int) -> dict[str, Command]:
    """Return what one of `turns` took between two readings, the most expensive command first."""
    none = Command(0, 0)
    spent = {
        name: Command(
            (now.calls - before.get(name, none).calls) / turns, (now.usec - before.get(name, none).usec) / turns
        )
        for name, now in after.items()
    }
    return dict(sorted(((name, one) for name, one in spent.items() if one.calls), key=lambda row: -row[1].usec))
