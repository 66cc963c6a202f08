"""What the shop's people do about tickets and returns: answer them, and say what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nodes.lanes.desk.deadlines import in_ms
from server.desk import Desk, Handed, operator_name, spoken
from state.desk import FROM, Case, CaseNotFoundError, CaseStatus, CaseStatusError, Entry
from state.errors import SessionNotFoundError
from state.ids import TurnId, new_message_id
from state.turn import DeskPart

Kind = Literal["ticket", "return"]


@dataclass(frozen=True, slots=True)
class Casework:
    """The verbs for one kind of records, beside the desk by which words reach the customer."""

    desk: Desk
    kind: Kind

    async def latest(self, limit: int, *, statuses: Sequence[CaseStatus] = (), before: str = "") -> list[Case]:
        """Return the latest opened first; those opened before the one numbered `before` are the next page.

        Raises:
            CaseNotFoundError: `before` is none of them.
        """
        last = await self.case(before) if before else None
        tenant = self.desk.service.tenant_id
        return await self.desk.cases.latest(tenant, self.kind, statuses=statuses, before=last, limit=limit)

    async def case(self, number: str) -> Case:
        """Return one; raises `CaseNotFoundError`."""
        found = await self.desk.cases.get(self.desk.service.tenant_id, number.upper()[:16])
        if found is None or found.kind != self.kind:
            raise CaseNotFoundError(number)
        return found

    async def show(self, number: str) -> Handed:
        """Return one with all that was said about it; raises `CaseNotFoundError`."""
        case = await self.case(number)
        story = await self.desk.cases.story(case.origin.tenant, case.number)
        return Handed(case, story, await self.desk.turns_of(case))

    async def reply(self, number: str, operator: str, text: str, *, key: str | None = None) -> TurnId | None:
        """Answer the customer, in their conversation and on their channel; a ticket is then answered, closed or not.

        The same `key` again says it once. None where the conversation has expired: then the answer is only on record,
        and told when they ask.

        Raises:
            CaseNotFoundError: there is none of that number.
            InvalidInputError: nothing is said, or too much, or by nobody.
        """
        case, name, words = await self.case(number), operator_name(operator), spoken(text)
        part = DeskPart("reply", case.number, words, name)
        once = f"{case.number}:{key}" if key else new_message_id()
        try:
            turn = await self.desk.write(part, case, f"desk:{once}")
        except SessionNotFoundError:
            turn = None
            entry = Entry(once, "operator", self._now(), words, name)
            await self.desk.cases.add(case.origin.tenant, case.number, entry)
        if self.kind == "ticket":
            among: frozenset[CaseStatus] = frozenset({"open", "closed"})
            await self.desk.cases.move(case.origin.tenant, case.number, "answered", at=self._now(), among=among)
        return turn

    async def note(self, number: str, operator: str, text: str) -> Entry:
        """Write something for colleagues, which the customer doesn't see; raises as `reply`."""
        case = await self.case(number)
        entry = Entry(new_message_id(), "note", self._now(), spoken(text), operator_name(operator))
        await self.desk.cases.add(case.origin.tenant, case.number, entry)
        return entry

    async def move(self, number: str, to: CaseStatus, operator: str) -> Case:
        """Put one into another status; nothing where it is in it already.

        Raises:
            CaseNotFoundError: there is none of that number.
            CaseStatusError: it doesn't get there from where it is; `FROM` says what does.
        """
        case, name = await self.case(number), operator_name(operator)
        if case.status == to:
            return case
        among = FROM.get(to, frozenset())
        moved = await self.desk.cases.move(case.origin.tenant, case.number, to, at=self._now(), among=among)
        if moved is None:
            raise CaseStatusError(case.number, (await self.case(number)).status, to)
        entry = Entry(f"{to}:{moved.revision}", "event", self._now(), to, name)
        await self.desk.cases.add(case.origin.tenant, case.number, entry)
        return await self.case(number)

    def _now(self) -> int:
        return in_ms(self.desk.clock.now())
