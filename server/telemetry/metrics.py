"""What is counted, and how deep the queues are: the ports, and their twins in memory.

Nothing here takes a session, a tenant or a customer's word: a label has a handful of values, all of them ours.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from state.events import TurnStatus
from state.mailbox import Depths


class Metrics(Protocol):
    """Counters of one process, since its start. None of these waits or fails."""

    def turn_ended(self, status: TurnStatus, seconds: float) -> None:
        """Count a committed turn; `seconds` from the message's acceptance until then."""
        ...

    def turn_retried(self) -> None:
        """Count an attempt at a turn after its first."""
        ...

    def write_fenced(self) -> None:
        """Count a write that was refused as its worker no longer held the session."""
        ...

    def dead_lettered(self) -> None:
        """Count a message or send that was put aside for a person to look at."""
        ...

    def effect_in_doubt(self) -> None:
        """Count a time that an effect was found in doubt: begun, and nobody knows whether it was done."""
        ...

    def outbound_ambiguous(self) -> None:
        """Count a send of which nobody can tell whether the channel took it."""
        ...

    def channel_stopped(self) -> None:
        """Count a send that a channel refused for a reason that only an operator can mend."""
        ...

    def presence_failed(self) -> None:
        """Count a read receipt or typing sign that did not get through."""
        ...


class DepthReader(Protocol):
    """Reads the depths from wherever the work is kept."""

    async def depths(self) -> Depths:
        """Return the depths now; raises `StoreUnavailableError`."""
        ...


@dataclass(slots=True)
class MemoryMetrics:
    """`Metrics` for tests: what was counted, by name, and the seconds of each turn."""

    counted: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def turn_ended(self, status: TurnStatus, seconds: float) -> None:
        """Count a committed turn under its status."""
        self.counted[status] += 1
        self.seconds.append(seconds)

    def turn_retried(self) -> None:
        """Count under `retried`."""
        self.counted["retried"] += 1

    def write_fenced(self) -> None:
        """Count under `fenced`."""
        self.counted["fenced"] += 1

    def dead_lettered(self) -> None:
        """Count under `dead_letters`."""
        self.counted["dead_letters"] += 1

    def effect_in_doubt(self) -> None:
        """Count under `doubts`."""
        self.counted["doubts"] += 1

    def outbound_ambiguous(self) -> None:
        """Count under `ambiguous`."""
        self.counted["ambiguous"] += 1

    def channel_stopped(self) -> None:
        """Count under `stopped`."""
        self.counted["stopped"] += 1

    def presence_failed(self) -> None:
        """Count under `presence`."""
        self.counted["presence"] += 1


@dataclass(slots=True)
class MemoryDepths:
    """`DepthReader` for tests: gives what it was given."""

    now: Depths = field(default_factory=Depths)

    async def depths(self) -> Depths:
        """Return the depths it holds."""
        return self.now
