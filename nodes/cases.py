"""What lanes and operators need of the records of tickets, returns and handoffs."""

from collections.abc import Collection, Sequence
from typing import Protocol

from state.desk import Case, CaseKind, CaseStatus, Draft, Entry
from state.ids import ContactId, SessionId, TenantId


class Cases(Protocol):
    """Tickets, returns and handoffs, each with its story; every method may raise `RecordsUnavailableError`."""

    async def open(self, draft: Draft, key: str) -> Case:
        """Give a draft its number and keep it; the same `key` again returns the case that it made.

        Raises `AlreadyReturnedError` for a return of lines that come back already.
        """
        ...

    async def get(self, tenant: TenantId, number: str) -> Case | None:
        """Return a case as it is now."""
        ...

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
        """Return cases, the latest opened first; of a `session` or a `contact`, whichever applies; of an `order`.

        With `before` those that were opened before that one: the next page.
        """
        ...

    async def overdue(self, tenant: TenantId, kind: CaseKind, status: CaseStatus, now: int, limit: int) -> list[Case]:
        """Return cases of a status that were due before `now` (ms), the longest first."""
        ...

    async def changed(self, tenant: TenantId, kind: CaseKind, since: int, limit: int) -> list[Case]:
        """Return cases that changed at a time (ms) or later, the earliest change first."""
        ...

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
        """Change the status of a case that is in one `among` some; None when it is in another.

        `operator` and `due` stay as they are where they are None.
        """
        ...

    async def add(self, tenant: TenantId, number: str, entry: Entry) -> bool:
        """Put an entry last in a case's story; False when its key is there already."""
        ...

    async def story(self, tenant: TenantId, number: str, limit: int = 500) -> Sequence[Entry]:
        """Return the last entries of a case, oldest first."""
        ...
