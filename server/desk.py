"""What the shop's people do about conversations that were handed to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nodes.cases import Cases
from nodes.lanes.desk.deadlines import due_after, in_ms
from nodes.ports import Clock
from server.correspondence import Correspondence
from server.service import DESK_KEYS, Service
from state.desk import LONGEST_ENTRY, WAITING, Case, CaseNotFoundError, CaseOverError, CaseStatus, CaseTakenError, Entry
from state.errors import InvalidInputError, RecordsUnavailableError, SessionNotFoundError
from state.events import HandoffChanged, encode
from state.ids import TurnId, new_message_id
from state.send_errors import NotDeliveredError
from state.session import FinishedTurn
from state.turn import DeskPart

_TURNS: Final = 200
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Handed:
    """A handoff as an operator reads it: its story, and the conversation as far as it is kept, oldest first."""

    case: Case
    story: Sequence[Entry]
    turns: Sequence[FinishedTurn]


@dataclass(frozen=True, slots=True)
class Desk:
    """Beside `Service`, the verbs for people; what they say goes the way of a turn: in order, once, on any channel."""

    service: Service
    correspondence: Correspondence
    cases: Cases
    clock: Clock

    async def latest(self, limit: int, *, over: bool = False) -> list[Case]:
        """Return the handoffs that wait or are being answered: danger, then the longest, first.

        With `over` all, the latest first.
        """
        if over:
            return await self.cases.latest(self.service.tenant_id, "handoff", limit=limit)
        found = await self.cases.latest(self.service.tenant_id, "handoff", statuses=WAITING, limit=limit)
        return sorted(found, key=lambda case: (case.status != "open", "priority" not in case.facts, case.opened))

    async def case(self, number: str) -> Case:
        """Return a handoff; raises `CaseNotFoundError`."""
        found = await self.cases.get(self.service.tenant_id, number.upper()[:16])
        if found is None or found.kind != "handoff":
            raise CaseNotFoundError(number)
        return found

    async def show(self, number: str) -> Handed:
        """Return a handoff with all that was said; raises `CaseNotFoundError`."""
        case = await self.case(number)
        story = await self.cases.story(case.origin.tenant, case.number)
        return Handed(case, story, await self.turns_of(case))

    async def claim(self, number: str, operator: str, *, take: bool = False) -> Case:
        """Take a conversation on; the same operator may do it again, another one only with `take`.

        Raises:
            CaseNotFoundError: no such handoff.
            CaseTakenError: another operator has it.
            CaseOverError: the conversation is with the assistant again.
        """
        name = operator_name(operator)
        case = await self.case(number)
        if case.status == "claimed" and case.operator == name:
            return case
        if case.status == "claimed" and not take:
            raise CaseTakenError(case.number, case.operator or "")
        among: frozenset[CaseStatus] = WAITING if take else frozenset({"open"})
        due = self._due(self.service.tenant.profile.desk.answer_minutes)
        claimed = await self.cases.move(
            case.origin.tenant, case.number, "claimed", at=self._now(), among=among, operator=name, due=due
        )
        if claimed is None:
            await self._refuse(number)
            raise CaseOverError(case.number, case.status)
        await self._note(claimed, f"claimed:{claimed.revision}", "claimed", name)
        await self._tell(claimed)
        return claimed

    async def reply(self, number: str, operator: str, text: str, *, key: str | None = None) -> TurnId:
        """Say something to the customer, claiming the conversation first; the same `key` again says it once.

        Raises:
            InvalidInputError: nothing is said, or too much.
            SessionNotFoundError: the conversation has expired.
            What `claim` raises.
        """
        case = await self.claim(number, operator)
        part = DeskPart("reply", case.number, spoken(text), operator_name(operator))
        return await self.write(part, case, f"{DESK_KEYS}{case.number}:{key}" if key else None)

    async def note(self, number: str, operator: str, text: str) -> Entry:
        """Write something for colleagues, which the customer doesn't see; raises `CaseNotFoundError`."""
        case = await self.case(number)
        entry = Entry(new_message_id(), "note", self._now(), spoken(text), operator_name(operator))
        await self.cases.add(case.origin.tenant, case.number, entry)
        return entry

    async def give_back(self, number: str, operator: str, text: str = "") -> TurnId:
        """Give the customer back to the assistant, with a last word if there is one; raises as `reply`."""
        case = await self.case(number)
        if case.status not in WAITING:
            raise CaseOverError(case.number, case.status)
        last = spoken(text) if text.strip() else ""
        part = DeskPart("give_back", case.number, last, operator_name(operator))
        return await self.write(part, case, f"{DESK_KEYS}{case.number}:give_back")

    async def overdue(self, status: CaseStatus, limit: int) -> list[Case]:
        """Return handoffs of a status whose time is up, the longest first."""
        return await self.cases.overdue(self.service.tenant_id, "handoff", status, self._now(), limit)

    async def changed(self, since: int, limit: int) -> list[Case]:
        """Return handoffs that changed at a time (ms) or later, the earliest change first."""
        return await self.cases.changed(self.service.tenant_id, "handoff", since, limit)

    async def time_out(self, case: Case) -> None:
        """Own up to a customer that nobody came; where the conversation has expired, only the case says so."""
        try:
            await self.write(DeskPart("time_out", case.number), case, f"{DESK_KEYS}{case.number}:time_out")
        except SessionNotFoundError:
            await self._over(case)

    async def release(self, case: Case) -> None:
        """Let other operators have a conversation whose own one has left the customer without an answer."""
        due = self._due(self.service.tenant.profile.desk.claim_minutes)
        freed = await self.cases.move(
            case.origin.tenant, case.number, "open", at=self._now(), among={"claimed"}, operator="", due=due
        )
        if freed is not None:
            await self._note(freed, f"released:{freed.revision}", "released", case.operator or "")
            await self._tell(freed)

    async def write(self, part: DeskPart, case: Case, key: str | None) -> TurnId:
        """Put what one of the shop's people does into its conversation; raises `SessionNotFoundError`."""
        session = await self.service.session(case.origin.session)
        if session.contact:
            await self._unpause(case)
        return await self.service.accept(session, [part], key=key, strategy="enqueue")

    async def _unpause(self, case: Case) -> None:
        """Let go of a silence from before: the handoff itself keeps the assistant quiet, and this is to go out."""
        try:
            contact = await self.correspondence.contact(case.origin.session)
            if contact.paused:
                await self.correspondence.resume(case.origin.session)
        except NotDeliveredError:
            return

    async def _over(self, case: Case) -> None:
        moved = await self.cases.move(
            case.origin.tenant, case.number, "timed_out", at=self._now(), among={"open", "claimed"}
        )
        if moved is not None:
            await self._note(moved, "timed_out", "timed_out", "")

    async def _refuse(self, number: str) -> None:
        """Say why a claim came too late."""
        now = await self.case(number)
        if now.status == "claimed":
            raise CaseTakenError(now.number, now.operator or "")
        raise CaseOverError(now.number, now.status)

    async def turns_of(self, case: Case) -> Sequence[FinishedTurn]:
        """Return its conversation as far as it is kept, oldest first."""
        try:
            return await self.service.turns(case.origin.session, None, _TURNS)
        except (SessionNotFoundError, RecordsUnavailableError):
            return []

    async def _note(self, case: Case, key: str, text: str, author: str) -> None:
        await self.cases.add(case.origin.tenant, case.number, Entry(key, "event", self._now(), text, author))

    async def _tell(self, case: Case) -> None:
        """Put a change that is no turn into the conversation's events."""
        event = HandoffChanged(case.number, case.status, case.operator or None)
        row = encode(case.origin.session, None, self._now(), event)
        await self.service.events.append(case.origin.session, f"{case.number}:{case.revision}", [row])

    def _due(self, minutes: float) -> int:
        return in_ms(due_after(self.service.tenant, self.clock.now(), timedelta(minutes=minutes)))

    def _now(self) -> int:
        return in_ms(self.clock.now())


def operator_name(operator: str) -> str:
    """Return the name of one of the shop's people, tidied; raises `InvalidInputError`."""
    name = " ".join(operator.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInputError(
            "An operator's name is missing, too long or not printable.", hint="Say who you are, such as `Eva`."
        )
    return name


def spoken(text: str) -> str:
    """Return what is said to a customer or noted, tidied; raises `InvalidInputError`."""
    words = text.strip()
    if not words or len(words) > LONGEST_ENTRY:
        raise InvalidInputError(
            f"There is nothing to say, or more than {LONGEST_ENTRY} characters.", hint="Write one to a few paragraphs."
        )
    return words
