"""What a chaos run did and saw, append-only, and the checker that holds it against the invariants."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import TextIO, TypeVar


@dataclass(frozen=True, slots=True)
class Offered:
    """A message was sent to a process, for the first time or again."""

    session: str
    key: str
    to: int
    at: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class Answered:
    """A process answered: `status` of HTTP, 0 when the connection broke; `turn` with a 2xx."""

    session: str
    key: str
    status: int
    turn: str = ""
    at: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class Seen:
    """A watcher was given an event; `client` is one watcher over all its connections."""

    client: str
    session: str
    seq: int
    id: str
    type: str
    turn: str
    connection: int = 0
    at: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class Reset:
    """A watcher was told that its cursor is gone; its next event may have any seq."""

    client: str
    session: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of `events.json` at the end, by which the session is judged; `at` is the server's clock, seconds."""

    session: str
    seq: int
    type: str
    turn: str
    ordinal: int = 0
    attempt: int = 1
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Rested:
    """What `/state` said of a session at the end."""

    session: str
    status: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Left:
    """What the sweep of the store found at the end, after one lease time of quiet."""

    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What the test did to the system."""

    what: str
    target: str = ""
    at: float = field(default_factory=time.time)


T = TypeVar("T")
Entry = Offered | Answered | Seen | Reset | Logged | Rested | Left | Fault


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant of reliability.md that did not hold, and where."""

    invariant: str
    session: str
    what: str


class History:
    """Append-only; each entry is also a line of JSON in `file`, to be read when a run has failed.

    `clocks_agree`: whether the times in the log can be compared with ours; else those count at which a thing was seen.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self.entries: list[Entry] = []
        self.clocks_agree = True
        self._file = file

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps({"kind": type(entry).__name__, **asdict(entry)}) + "\n")

    def of(self, kind: type[T]) -> Iterator[T]:
        return (entry for entry in self.entries if isinstance(entry, kind))

    def accepted(self) -> dict[str, Answered]:
        """The first 2xx of every key, in the order in which they came."""
        first: dict[str, Answered] = {}
        for answer in self.of(Answered):
            if 200 <= answer.status < 300:
                first.setdefault(answer.key, answer)
        return first

    def log(self) -> dict[str, list[Logged]]:
        rows: dict[str, list[Logged]] = defaultdict(list)
        for row in self.of(Logged):
            rows[row.session].append(row)
        return rows


def check(history: History, within_s: float) -> list[Violation]:
    """Return every violation; `within_s` is how long an accepted message may wait for its end."""
    checks: list[Callable[[], Iterable[Violation]]] = [
        lambda: none_lost(history, within_s),
        lambda: none_double(history),
        lambda: in_order(history),
        lambda: not_overlapping(history),
        lambda: streams_whole(history),
        lambda: at_rest(history),
    ]
    return [violation for one in checks for violation in one()]


def none_lost(history: History, within_s: float) -> Iterator[Violation]:
    """I1: every input answered 2xx ends in exactly one `turn.end`, in time from when the last fault was done to it."""
    faults = [fault.at for fault in history.of(Fault)]
    ends = {row.turn: row.at for row in history.of(Logged) if row.type == "turn.end"}
    if not history.clocks_agree:
        ends |= {seen.turn: seen.at for seen in history.of(Seen) if seen.type == "turn.end"}
    for key, answer in history.accepted().items():
        end = ends.get(answer.turn)
        if end is None:
            yield Violation("I1", answer.session, f"{key} was accepted as {answer.turn} and never ended")
            continue
        took = end - max([answer.at, *(at for at in faults if at < end)])
        if took > within_s:
            yield Violation("I1", answer.session, f"{answer.turn} ended after {took:.1f} s")


def none_double(history: History) -> Iterator[Violation]:
    """I2: one turn a key, one end and one set of answers a turn, and no turn that nobody was told of."""
    turns: dict[str, str] = {}
    for answer in history.of(Answered):
        if answer.turn and turns.setdefault(answer.key, answer.turn) != answer.turn:
            yield Violation("I2", answer.session, f"{answer.key} is {turns[answer.key]} and {answer.turn}")
    unanswered = {(offer.session, offer.key) for offer in history.of(Offered)}
    unanswered -= {(answer.session, answer.key) for answer in history.accepted().values()}
    for session, rows in history.log().items():
        once: set[tuple[str, int]] = set()
        for row in rows:
            if row.type not in {"turn.end", "message.final"}:
                continue
            name = (row.turn, -1 if row.type == "turn.end" else row.ordinal)
            if name in once:
                yield Violation("I2", session, f"{row.type} of {row.turn} twice (seq {row.seq})")
            once.add(name)
        strangers = {row.turn for row in rows if row.turn} - set(turns.values())
        allowed = sum(owner == session for owner, _ in unanswered)
        if len(strangers) > allowed:
            yield Violation("I2", session, f"turns nobody was told of: {sorted(strangers)}")


def in_order(history: History) -> Iterator[Violation]:
    """I3: per session, turns end in the order in which their messages were accepted."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for answer in history.accepted().values():
        wanted[answer.session].append(answer.turn)
    for session, rows in history.log().items():
        ended = [row.turn for row in rows if row.type == "turn.end" and row.turn in wanted[session]]
        expected = [turn for turn in wanted[session] if turn in set(ended)]
        if list(dict.fromkeys(ended)) != expected:
            yield Violation("I3", session, f"accepted {expected}, ended {ended}")


def not_overlapping(history: History) -> Iterator[Violation]:
    """I4, as the log shows it: nothing of a turn is written after its end, nor once the next turn has begun."""
    for session, rows in history.log().items():
        over: set[str] = set()
        running = ""
        for row in rows:
            if row.type == "send.result" or not row.turn:
                continue
            if row.turn in over:
                yield Violation("I4", session, f"{row.type} of {row.turn} (seq {row.seq}) after its end")
            elif running and row.turn != running:
                yield Violation("I4", session, f"{row.type} of {row.turn} (seq {row.seq}) while {running} runs")
            running = row.turn if row.type != "turn.end" and row.turn not in over else running
            if row.type == "turn.end":
                over.add(row.turn)
                running = ""


def streams_whole(history: History) -> Iterator[Violation]:
    """I5: each watcher sees every event once, in order, over any number of connections; repeats are identical."""
    for session, rows in history.log().items():
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            yield Violation("I5", session, "the log's seq has a gap or a repeat")
    yield from _same_events(history)
    clients: dict[tuple[str, str], list[Seen | Reset]] = defaultdict(list)
    for entry in history.entries:
        if isinstance(entry, Seen | Reset):
            clients[entry.client, entry.session].append(entry)
    last = {session: rows[-1].seq for session, rows in history.log().items()}
    for (client, session), entries in clients.items():
        for what in _without_gaps(entries, last.get(session, 0)):
            yield Violation("I5", session, f"{client}: {what}")


def _same_events(history: History) -> Iterator[Violation]:
    log = {(row.session, row.seq): (row.type, row.turn) for row in history.of(Logged)}
    ids: dict[tuple[str, int], str] = {}
    for seen in history.of(Seen):
        place = (seen.session, seen.seq)
        if ids.setdefault(place, seen.id) != seen.id:
            yield Violation("I5", seen.session, f"{seen.client}: seq {seen.seq} came with two ids")
        if log.get(place) != (seen.type, seen.turn):
            yield Violation("I5", seen.session, f"{seen.client}: seq {seen.seq} was {seen.type}, is {log.get(place)}")


def _without_gaps(entries: list[Seen | Reset], end: int) -> Iterator[str]:
    reached, connection, on_this_one = 0, 0, 0
    for entry in entries:
        if isinstance(entry, Reset):
            reached = -1
            continue
        if entry.connection != connection:
            connection, on_this_one = entry.connection, 0
        if 0 <= reached < entry.seq - 1:
            yield f"gap between {reached} and {entry.seq}"
        if entry.seq <= on_this_one:
            yield f"{entry.seq} after {on_this_one} on one connection"
        on_this_one = entry.seq
        reached = max(reached, entry.seq)
    if reached < end:
        yield f"the end is missing: {reached} of {end}"


def at_rest(history: History) -> Iterator[Violation]:
    """R40: at the end no session runs or waits, and nothing is left in the store that speaks of work."""
    for entry in history.of(Rested):
        if entry.status == "running" or entry.waiting:
            yield Violation("R40", entry.session, f"status {entry.status}, {entry.waiting} waiting")
    for left in history.of(Left):
        for what in left.what:
            yield Violation("R40", "", what)


def taken_over(history: History) -> int:
    """How many turns a second process had to begin anew: proof that the faults hit running turns."""
    return sum(row.type == "turn.start" and row.attempt > 1 for row in history.of(Logged))
