"""A small reference model of how a plan runs: no engine, no tasks, no journal; only what is promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal["", "network", "model", "agent", "validation"]
PAUSES = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Try:
    """What an agent does in one attempt: work so long, then end well or with a fault."""

    seconds: int
    fault: Fault = ""


@dataclass(frozen=True)
class Work:
    """A step, and what its agents do: the n-th attempt as `tries[n - 1]`, those after the last as the last."""

    name: str
    needs: tuple[str, ...] = ()
    tries: tuple[Try, ...] = (Try(1),)
    instead: tuple[Try, ...] = ()
    attempts: int = 3
    retry_on: tuple[str, ...] = ("network", "timeout")
    timeout: float = 1000.0
    optional: bool = False
    wanted: bool = True


@dataclass
class _State:
    status: str = "pending"
    phase: Literal["waits", "runs", "rests", "over"] = "waits"
    until: float = 0.0
    outcome: str = ""
    faults: int = 0
    timeouts: int = 0
    instead: bool = False


@dataclass
class Model:
    """The steps of a plan and of its fallback plan, moved from event to event."""

    works: Sequence[Work]
    fallback: Sequence[Work] = ()
    now: float = 0.0
    status: str = "running"
    pausing: bool = False
    states: dict[str, _State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._plans = {work.name: work for work in self.works}
        self._on_fallback = False
        self.states = {work.name: _State() for work in self.works}
        self._settle()

    @property
    def statuses(self) -> Mapping[str, str]:
        """The status of every task."""
        return {name: state.status for name, state in self.states.items()}

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self.status == "running" and (due := self._next()) is not None and due <= end:
            self.now = due
            self._settle()
        self.now = end

    def cancel(self) -> None:
        """Stop everything."""
        if self.status == "running":
            for state in self.states.values():
                if state.phase != "over":
                    state.phase, state.status = "over", "cancelled"
            self.status = "cancelled"

    def pause(self) -> None:
        """Let nothing begin."""
        if self.status == "running":
            self.pausing = True
            self._settle()

    def resume(self) -> None:
        """Go on."""
        if self.status == "paused":
            self.status, self.pausing = "running", False
            self._again()

    def crash(self) -> None:
        """Lose what was under way, and begin it anew."""
        if self.status == "running":
            self.pausing = False
            self._again()

    def _again(self) -> None:
        for state in self.states.values():
            if state.phase in {"runs", "rests"}:
                state.phase, state.until = "rests", self.now
        self._settle()

    def _next(self) -> float | None:
        moving = {"runs"} if self.pausing else {"runs", "rests"}
        return min((one.until for one in self.states.values() if one.phase in moving), default=None)

    def _settle(self) -> None:
        while any(self._moved(self._plans[name], state) for name, state in list(self.states.items())):
            pass
        self._end()

    def _moved(self, work: Work, state: _State) -> bool:
        if state.phase == "waits":
            return self._woken(work, state)
        if state.phase == "runs" and state.until <= self.now:
            self._ended(work, state)
            return True
        if state.phase == "rests" and state.until <= self.now and not self.pausing:
            self._begin(work, state)
            return True
        return False

    def _woken(self, work: Work, state: _State) -> bool:
        needed = [(self._plans[one], self.states[one]) for one in work.needs]
        if any(other.phase != "over" for _, other in needed):
            return False
        if any(other.status != "completed" and not one.optional for one, other in needed) or not work.wanted:
            state.phase, state.status = "over", "skipped"
            return True
        changed = state.status != "ready" and self.pausing
        state.status = "ready"
        if not self.pausing:
            self._begin(work, state)
        return changed or not self.pausing

    def _begin(self, work: Work, state: _State) -> None:
        tries = work.instead if state.instead else work.tries
        doing = tries[min(state.faults, len(tries) - 1)]
        limit = work.timeout * 2**state.timeouts
        late = doing.seconds > limit
        state.phase, state.status = "runs", "in_progress"
        state.until = self.now + (limit if late else doing.seconds)
        state.outcome = "timeout" if late else doing.fault

    def _ended(self, work: Work, state: _State) -> None:
        if not state.outcome:
            state.phase, state.status = "over", "completed"
            return
        state.faults += 1
        state.timeouts += state.outcome == "timeout"
        again = state.outcome in work.retry_on and state.faults < work.attempts
        if again and not (state.outcome == "timeout" and state.timeouts > 1):
            state.phase = "rests"
            state.until = self.now + (0 if state.outcome == "timeout" else PAUSES[state.faults - 1])
        elif work.instead and not state.instead:
            state.instead, state.faults, state.timeouts = True, 0, 0
            state.phase, state.until = "rests", self.now
        else:
            state.phase, state.status = "over", "failed"

    def _end(self) -> None:
        if self.status != "running":
            return
        if all(state.phase == "over" for state in self.states.values()):
            mine = [work for work in self._plans.values() if not self._on_fallback or work.name.startswith("fallback/")]
            failed = any(self.states[one.name].status == "failed" and not one.optional for one in mine)
            if failed and self.fallback and not self._on_fallback:
                self._on_fallback = True
                self._plans |= {work.name: work for work in self.fallback}
                self.states |= {work.name: _State() for work in self.fallback}
                self._settle()
            else:
                self.status = "failed" if failed else "completed"
        elif self.pausing and not any(state.phase == "runs" for state in self.states.values()):
            self.status = "paused"
