"""Tickets, returns and handoffs on SQL."""

from collections.abc import Collection, Sequence
from typing import Any, Final, cast

import orjson
from sqlalchemy import ColumnElement, Row, Select, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from state.desk import LONGEST_ENTRY, Case, CaseKind, CaseStatus, Draft, Entry, Origin, first_case, number_of
from state.ids import ContactId, SessionId, TenantId
from state.returned import check_return
from state.stores.records.database import records_errors
from state.stores.records.desk_tables import CASE_ENTRIES, CASE_NUMBERS, CASES

_C: Final = CASES.c


class SqlCases:
    """Each write is one transaction; a key is written once, also by two processes at the same time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    async def open(self, draft: Draft, key: str) -> Case:
        """Give a draft its number and keep it; the same `key` again returns the case that it made."""
        known = select(CASES).where(_C.tenant == draft.origin.tenant, _C.key == key)
        if before := await self._cases(known):
            return before[0]
        with records_errors():
            try:
                async with self._engine.begin() as connection:
                    case = first_case(draft, await self._next(connection, draft))
                    if draft.kind == "return":
                        check_return(draft, await self._of_order(connection, draft))
                    await connection.execute(CASES.insert().values(_row(case, key)))
            except IntegrityError:  # another process was quicker with the same key
                return (await self._cases(known))[0]
        return case

    async def get(self, tenant: TenantId, number: str) -> Case | None:
        """Return a case as it is now."""
        found = await self._cases(select(CASES).where(_C.tenant == tenant, _C.number == number))
        return found[0] if found else None

    async def latest(
        self,
        tenant: TenantId,
        kind: CaseKind,
        *,
        statuses: Collection[CaseStatus] = (),
        session: SessionId | None = None,
        contact: ContactId | None = None,
        order: str = "",
        before: Case | None = None,
        limit: int = 50,
    ) -> list[Case]:
        """Return cases, the latest opened first; of a `session` or a `contact`, whichever applies."""
        query = select(CASES).where(_C.tenant == tenant, _C.kind == kind)
        if statuses:
            query = query.where(_C.status.in_(statuses))
        theirs: list[ColumnElement[bool]] = [_C.session == session] if session else []
        if contact:
            theirs.append(_C.contact == contact)
        if theirs:
            query = query.where(or_(*theirs))
        if order:
            query = query.where(_C.order == order)
        if before is not None:
            query = query.where(tuple_(_C.opened, _C.number) < tuple_(before.opened, before.number))
        return await self._cases(query.order_by(_C.opened.desc(), _C.number.desc()).limit(limit))

    async def overdue(self, tenant: TenantId, kind: CaseKind, status: CaseStatus, now: int, limit: int) -> list[Case]:
        """Return cases of a status that were due before `now` (ms), the longest first."""
        query = select(CASES).where(_C.tenant == tenant, _C.kind == kind, _C.status == status, _C.due < now)
        return await self._cases(query.order_by(_C.due).limit(limit))

    async def changed(self, tenant: TenantId, kind: CaseKind, since: int, limit: int) -> list[Case]:
        """Return cases that changed at a time (ms) or later, the earliest change first."""
        query = select(CASES).where(_C.tenant == tenant, _C.kind == kind, _C.updated >= since)
        return await self._cases(query.order_by(_C.updated, _C.number).limit(limit))

    async def move(
        self,
        tenant: TenantId,
        number: str,
        to: CaseStatus,
        *,
        at: int,
        among: Collection[CaseStatus],
        operator: str | None = None,
        due: int | None = None,
    ) -> Case | None:
        """Change the status of a case that is in one `among` some; None when it is in another."""
        values: dict[str, Any] = {"status": to, "updated": at, "revision": _C.revision + 1}
        values |= {} if operator is None else {"operator": operator}
        values |= {} if due is None else {"due": due}
        query = update(CASES).where(_C.tenant == tenant, _C.number == number, _C.status.in_(among)).values(values)
        with records_errors():
            async with self._engine.begin() as connection:
                row = (await connection.execute(query.returning(CASES))).one_or_none()
        return _case(row) if row else None

    async def add(self, tenant: TenantId, number: str, entry: Entry) -> bool:
        """Put an entry last in a case's story; False when its key is there already, or there is no such case."""
        this = (_C.tenant == tenant, _C.number == number)
        with records_errors():
            async with self._engine.begin() as connection:
                touched = update(CASES).where(*this).values(revision=_C.revision + 1).returning(CASES)
                row = (await connection.execute(touched)).one_or_none()
                if row is None:
                    return False
                place = row.revision
                written = {**_entry_row(entry), "tenant": tenant, "number": number, "place": place}
                insert = self._insert(CASE_ENTRIES).values(written).on_conflict_do_nothing()
                if not (await connection.execute(insert)).rowcount:
                    await connection.rollback()
                    return False
                after = _case(row).with_entry(entry)
                seen = {"updated": after.updated, "heard": after.heard, "answered": after.answered}
                await connection.execute(update(CASES).where(*this).values(seen))
        return True

    async def story(self, tenant: TenantId, number: str, limit: int = 500) -> Sequence[Entry]:
        """Return the last entries of a case, oldest first."""
        entries = CASE_ENTRIES.c
        query = select(CASE_ENTRIES).where(entries.tenant == tenant, entries.number == number)
        with records_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query.order_by(entries.place.desc()).limit(limit))).all()
        return [Entry(row.key, row.kind, row.at, row.text, row.author) for row in reversed(rows)]

    async def _next(self, connection: AsyncConnection, draft: Draft) -> str:
        """Return the next number of the series; the row stays locked until the case is in."""
        series = self._insert(CASE_NUMBERS).values(tenant=draft.origin.tenant, kind=draft.kind, last=1)
        counted = series.on_conflict_do_update(
            index_elements=["tenant", "kind"], set_={"last": CASE_NUMBERS.c.last + 1}
        ).returning(CASE_NUMBERS.c.last)
        return number_of(draft.kind, cast("int", (await connection.execute(counted)).scalar_one()))

    async def _of_order(self, connection: AsyncConnection, draft: Draft) -> list[Case]:
        """Return the returns of an order; with the series locked nobody else opens one meanwhile."""
        tenant = draft.origin.tenant
        query = select(CASES).where(_C.tenant == tenant, _C.kind == "return", _C.order == draft.order)
        return [_case(row) for row in (await connection.execute(query)).all()]

    async def _cases(self, query: Select[Any]) -> list[Case]:
        with records_errors():
            async with self._engine.connect() as connection:
                return [_case(row) for row in (await connection.execute(query)).all()]


def _row(case: Case, key: str) -> dict[str, Any]:
    origin = case.origin
    return {
        "tenant": origin.tenant,
        "number": case.number,
        "kind": case.kind,
        "key": key,
        "session": origin.session,
        "contact": origin.contact,
        "channel": origin.channel,
        "locale": origin.locale,
        "subject": _text(case.subject),
        "topic": case.topic,
        "order": case.order,
        "status": case.status,
        "operator": case.operator,
        "opened": case.opened,
        "updated": case.updated,
        "due": case.due,
        "heard": case.heard,
        "answered": case.answered,
        "revision": case.revision,
        "facts": _text(orjson.dumps(case.facts).decode()),
    }


def _case(row: Row[Any]) -> Case:
    return Case(
        number=row.number,
        kind=row.kind,
        origin=Origin(
            TenantId(row.tenant),
            SessionId(row.session),
            row.channel,
            row.locale,
            ContactId(row.contact) if row.contact else None,
        ),
        subject=row.subject,
        status=row.status,
        opened=row.opened,
        updated=row.updated,
        due=row.due,
        topic=row.topic,
        order=row.order,
        operator=row.operator,
        heard=row.heard,
        answered=row.answered,
        revision=row.revision,
        facts=orjson.loads(row.facts),
    )


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "kind": entry.kind,
        "at": entry.at,
        "author": entry.author,
        "text": _text(entry.text)[:LONGEST_ENTRY],
    }


def _text(words: str) -> str:
    """Return `words` without NUL, which PostgreSQL can't keep in a text."""
    return words.replace("\0", "")
