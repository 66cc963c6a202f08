"""The effects ledger's in-memory twin."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, Literal

from pydantic import JsonValue

from state.effect import (
    AmbiguousEffect,
    Begun,
    EffectName,
    Holder,
    InDoubt,
    Recorded,
    SideEffect,
    encode_result,
)
from state.errors import EffectResultError, SessionNotFoundError, StaleFenceError
from state.ids import SessionId, TurnId
from state.stores.memory.sessions import MemorySessions


@dataclass(frozen=True, slots=True)
class _Entry:
    state: Literal["intent", "ambiguous"]
    effect: SideEffect
    fence: int
    call: str
    since: int
    tries: int = 1


class MemoryEffects:
    """Entries by session and name."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions
        self._entries: dict[SessionId, dict[EffectName, _Entry | Recorded]] = defaultdict(dict)
        self._totals: Counter[SessionId] = Counter()
        self._numbers: Final = count(1)

    async def begin(self, holder: Holder, name: EffectName, effect: SideEffect) -> Begun | Recorded | InDoubt:
        """Record the intent, or return what became of an earlier one."""
        entries, number = self._checked(holder), next(self._numbers)
        begun = Begun(f"{number:x}")
        entry = entries.get(name)
        if isinstance(entry, Recorded):
            return entry
        if entry is None:
            entries[name] = _Entry("intent", effect, holder.fence, begun.call, since=number)
            return begun
        if entry.effect is SideEffect.IDEMPOTENT and effect is SideEffect.IDEMPOTENT:
            entries[name] = replace(entry, state="intent", fence=holder.fence, call=begun.call, tries=entry.tries + 1)
            return begun
        self._put_in_doubt(holder.session, name, replace(entry, effect=SideEffect.IRREVERSIBLE))
        return InDoubt()

    async def record(self, holder: Holder, name: EffectName, begun: Begun, result: Recorded) -> None:  # noqa: ARG002 # any call's
        """Write down the call's result."""
        entries = self._checked(holder)
        if name not in entries:
            raise SessionNotFoundError(holder.session)
        if isinstance(entries[name], _Entry):
            entries[name] = result

    async def doubt(self, holder: Holder, name: EffectName, begun: Begun) -> None:
        """Write down that nobody knows whether the call was done."""
        entry = self._checked(holder).get(name)
        if entry is None:
            raise SessionNotFoundError(holder.session)
        if isinstance(entry, _Entry) and entry.call == begun.call:
            self._put_in_doubt(holder.session, name, entry)

    async def withdraw(self, holder: Holder, name: EffectName, begun: Begun) -> None:
        """Take the intent back: the call was certainly not done."""
        entry = self._checked(holder).get(name)
        if isinstance(entry, _Entry) and entry.call == begun.call:
            del self._entries[holder.session][name]

    async def ambiguous(self, session: SessionId) -> list[AmbiguousEffect]:
        """Return the effects in doubt, the longest first."""
        found = [
            AmbiguousEffect(session, name, entry.effect, entry.since, entry.tries)
            for name in self._entries[session]
            if (entry := self._in_doubt(session, name))
        ]
        return sorted(found, key=lambda one: (one.since, str(one.name)))

    async def unsettled(self, limit: int) -> list[SessionId]:
        """Return sessions with effects that have no result, those that began one last first."""
        begun = {
            session: max((entry.since for entry in entries.values() if isinstance(entry, _Entry)), default=0)
            for session, entries in self._entries.items()
        }
        return sorted((session for session in begun if begun[session]), key=lambda session: -begun[session])[:limit]

    async def ambiguous_total(self, session: SessionId) -> int:
        """Return how many of the session's effects were ever in doubt."""
        return self._totals[session]

    async def settle_as_done(self, session: SessionId, name: EffectName, result: JsonValue) -> bool:
        """Record the result that the call had; raises `EffectResultError` when it can't be kept."""
        encoded = encode_result(result)
        if not encoded.kept:
            raise EffectResultError(str(name), encoded.result.decode())
        if entry := self._in_doubt(session, name):
            self._put_in_doubt(session, name, entry)
            self._entries[session][name] = encoded
        return entry is not None

    async def settle_as_not_done(self, session: SessionId, name: EffectName) -> bool:
        """Forget the effect, so that it may be done."""
        if entry := self._in_doubt(session, name):
            self._put_in_doubt(session, name, entry)
            del self._entries[session][name]
        return entry is not None

    async def forget(self, session: SessionId, turn: TurnId) -> None:
        """Let go of the recorded results of a turn that has ended; what is in doubt stays."""
        entries = self._entries[session]
        for name in [name for name, entry in entries.items() if name.turn == turn and isinstance(entry, Recorded)]:
            del entries[name]

    def _checked(self, holder: Holder) -> dict[EffectName, _Entry | Recorded]:
        if holder.session not in self._sessions.facts:
            raise SessionNotFoundError(holder.session)
        if self._sessions.boxes[holder.session].fence > holder.fence:
            raise StaleFenceError(f"above {holder.fence}")
        return self._entries[holder.session]

    def _in_doubt(self, session: SessionId, name: EffectName) -> _Entry | None:
        entry = self._entries[session].get(name)
        if not isinstance(entry, _Entry):
            return None
        return entry if entry.state == "ambiguous" or entry.fence < self._sessions.boxes[session].fence else None

    def _put_in_doubt(self, session: SessionId, name: EffectName, entry: _Entry) -> None:
        self._totals[session] += entry.state == "intent"
        self._entries[session][name] = replace(entry, state="ambiguous")
