"""The in-memory twin of tickets, returns and handoffs."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from state.desk import LONGEST_ENTRY, Case, CaseKind, CaseStatus, Draft, Entry, first_case, number_of
from state.ids import ContactId, SessionId, TenantId
from state.returned import check_return

_Place = tuple[TenantId, str]


class MemoryCases:
    """Cases by tenant and number."""

    def __init__(self) -> None:
        self._cases: dict[_Place, Case] = {}
        self._keys: dict[_Place, str] = {}
        self._stories: defaultdict[_Place, dict[str, Entry]] = defaultdict(dict)
        self._counts: Counter[tuple[TenantId, CaseKind]] = Counter()

    async def open(self, draft: Draft, key: str) -> Case:
        """Give a draft its number and keep it; the same `key` again returns the case that it made."""
        tenant = draft.origin.tenant
        if (tenant, key) not in self._keys:
            if draft.kind == "return":
                check_return(draft, [case for case in self._of(tenant, "return") if case.order == draft.order])
            self._counts[tenant, draft.kind] += 1
            number = number_of(draft.kind, self._counts[tenant, draft.kind])
            self._keys[tenant, key] = number
            self._cases[tenant, number] = first_case(draft, number)
        return self._cases[tenant, self._keys[tenant, key]]

    async def get(self, tenant: TenantId, number: str) -> Case | None:
        """Return a case as it is now."""
        return self._cases.get((tenant, number))

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
        found = [case for case in self._of(tenant, kind) if not statuses or case.status in statuses]
        if session or contact:
            found = [
                case
                for case in found
                if case.origin.session == session or (contact is not None and case.origin.contact == contact)
            ]
        if order:
            found = [case for case in found if case.order == order]
        if before is not None:
            found = [case for case in found if (case.opened, case.number) < (before.opened, before.number)]
        return sorted(found, key=lambda case: (case.opened, case.number), reverse=True)[:limit]

    async def overdue(self, tenant: TenantId, kind: CaseKind, status: CaseStatus, now: int, limit: int) -> list[Case]:
        """Return cases of a status that were due before `now` (ms), the longest first."""
        late = [(case.due, case) for case in self._of(tenant, kind) if case.status == status and case.due is not None]
        return [case for due, case in sorted(late, key=lambda one: one[0]) if due < now][:limit]

    async def changed(self, tenant: TenantId, kind: CaseKind, since: int, limit: int) -> list[Case]:
        """Return cases that changed at a time (ms) or later, the earliest change first."""
        found = [case for case in self._of(tenant, kind) if case.updated >= since]
        return sorted(found, key=lambda case: (case.updated, case.number))[:limit]

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
        case = self._cases.get((tenant, number))
        if case is None or case.status not in among:
            return None
        moved = replace(
            case,
            status=to,
            updated=at,
            operator=case.operator if operator is None else operator,
            due=case.due if due is None else due,
            revision=case.revision + 1,
        )
        self._cases[tenant, number] = moved
        return moved

    async def add(self, tenant: TenantId, number: str, entry: Entry) -> bool:
        """Put an entry last in a case's story; False when its key is there already, or there is no such case."""
        case, story = self._cases.get((tenant, number)), self._stories[tenant, number]
        if case is None or entry.key in story:
            return False
        story[entry.key] = replace(entry, text=entry.text.replace("\0", "")[:LONGEST_ENTRY])
        self._cases[tenant, number] = case.with_entry(entry)
        return True

    async def story(self, tenant: TenantId, number: str, limit: int = 500) -> Sequence[Entry]:
        """Return the last entries of a case, oldest first."""
        return list(self._stories[tenant, number].values())[-limit:]

    def _of(self, tenant: TenantId, kind: CaseKind) -> list[Case]:
        return [case for (of, _), case in self._cases.items() if of == tenant and case.kind == kind]
