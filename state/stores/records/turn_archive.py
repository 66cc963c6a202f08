"""The turn archive on SQL."""

from collections.abc import Sequence
from typing import Any, Final, cast

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from state.ids import MessageId, SessionId, TenantId, TurnId
from state.session import FinishedTurn
from state.stores.records.database import records_errors
from state.stores.records.tables import TURNS
from state.turn import Part, Turn

_PARTS: Final = TypeAdapter(list[Part])


class SqlTurnArchive:
    """Finished turns, kept as long as the operator says, whatever becomes of their session."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._insert = insert(TURNS).on_conflict_do_nothing()

    async def keep(self, turns: Sequence[FinishedTurn]) -> None:
        """Add turns, all or none; one that is there already stays as it is."""
        if not turns:
            return
        with records_errors():
            async with self._engine.begin() as connection:
                await connection.execute(self._insert, [_row(turn) for turn in turns])

    async def read(
        self, tenant: TenantId, session: SessionId, before: int | None = None, limit: int = 50
    ) -> list[FinishedTurn]:
        """Return the last `limit` turns of a session whose number is below `before`, oldest first."""
        query = select(TURNS).where(TURNS.c.tenant == tenant, TURNS.c.session == session)
        if before is not None:
            query = query.where(TURNS.c.number < before)
        with records_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query.order_by(TURNS.c.number.desc()).limit(limit))).all()
        return [_finished(row) for row in reversed(rows)]

    async def ended_since(self, tenant: TenantId, since: int, limit: int) -> list[FinishedTurn]:
        """Return the last `limit` turns that ended at a time (ms) or later, oldest first."""
        query = select(TURNS).where(TURNS.c.tenant == tenant, TURNS.c.ended >= since)
        latest = query.order_by(TURNS.c.ended.desc(), TURNS.c.session.desc(), TURNS.c.number.desc()).limit(limit)
        with records_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(latest)).all()
        return [_finished(row) for row in reversed(rows)]

    async def forget(self, ended_before: int) -> int:
        """Delete turns that ended before a time (ms); return how many they were."""
        with records_errors():
            async with self._engine.begin() as connection:
                return (await connection.execute(delete(TURNS).where(TURNS.c.ended < ended_before))).rowcount


def _row(finished: FinishedTurn) -> dict[str, Any]:
    turn = finished.turn
    return {
        "tenant": finished.tenant,
        "session": finished.session,
        "turn": turn.id,
        "number": finished.number,
        "message": turn.message_id,
        "channel": finished.channel,
        "status": finished.status,
        "locale": turn.locale,
        "lane": turn.lane,
        "intent": turn.intent,
        "at": turn.at,
        "ended": finished.ended,
        "text": _text(turn.text),
        "reply": _text(turn.reply),
        "parts": _PARTS.dump_json(turn.parts).decode(),
    }


def _text(words: str) -> str:
    """Return `words` without NUL, which PostgreSQL can't keep in a text."""
    return words.replace("\0", "")


def _finished(row: Row[Any]) -> FinishedTurn:
    return FinishedTurn(
        tenant=TenantId(row.tenant),
        session=SessionId(row.session),
        channel=row.channel,
        status=row.status,
        ended=row.ended,
        number=row.number,
        turn=Turn(
            id=TurnId(row.turn),
            message_id=MessageId(row.message),
            at=row.at,
            parts=_PARTS.validate_json(cast("str", row.parts)),
            text=row.text,
            locale=row.locale,
            lane=row.lane,
            intent=row.intent,
            reply=row.reply,
        ),
    )
