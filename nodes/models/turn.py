"""The turn in which models are called: what it allows, and who is told."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from nodes.ports import Effects, Unrecorded
from state.effect import EffectName
from state.events import Event
from state.ids import TurnId


def _nobody(_: Event) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class TurnScope:
    """The turn and the node that call; outside of one, nothing is recorded, told or counted to a turn.

    `deadline` is the event loop's time (s) by which calls are given up.
    """

    node: str = ""
    turn: str = ""
    tenant: str = "none"
    deadline: float | None = None
    effects: Effects | None = None
    tell: Callable[[Event], None] = _nobody
    _called: Counter[str] = field(default_factory=Counter)

    def effect_name(self, digest: str) -> EffectName:
        """Return the place of a call in its turn: the n-th of this node with the same words."""
        ordinal = self._called[digest]
        self._called[digest] += 1
        return EffectName(TurnId(self.turn), f"{self.node}.model.{digest}", ordinal)

    @property
    def ledger(self) -> Effects | None:
        """The effects ledger, where there is one."""
        return None if self.effects is None or isinstance(self.effects, Unrecorded) else self.effects


_NO_TURN = TurnScope()
_scope: ContextVar[TurnScope] = ContextVar("laneway_turn_scope", default=_NO_TURN)


@contextmanager
def calling_in(scope: TurnScope) -> Iterator[None]:
    """Let every model call in this context be the turn's."""
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def current_turn() -> TurnScope:
    """Return the turn of this context."""
    return _scope.get()
