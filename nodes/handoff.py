"""The handoff lane: a person was asked for, or the conversation is with one."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_wish
from nodes.lanes.calendar import Moment, moment
from nodes.lanes.desk.deadlines import due_after, in_ms
from nodes.lanes.desk.opening import customers_entry, note, open_once, origin_of, subject_of, words_of
from nodes.lanes.desk.summary import summary_of
from nodes.lanes.helping.danger import in_danger
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.workflows import answer_news, is_news
from nodes.ports import Ports
from state.conversation import Choice, Conversation, ConversationUpdate, Handoff, Reply
from state.decision import Lane
from state.desk import WAITING, Case, CaseStatus, Draft, Entry
from state.errors import RecordsUnavailableError
from state.events import HandoffChanged
from state.turn import DeskPart, Turn


async def handoff(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Put the customer in the people's queue, keep out of their way, say what they say, or take the customer back."""
    turn, ports = state["turns"][-1], runtime.context
    lane = _Lane(state, runtime, Phrasing(ports.tenant, turn.locale))
    for part in turn.parts:
        if isinstance(part, DeskPart):
            return await lane.told(part)
    if is_news(turn):
        return {"reply": await answer_news(state, runtime, ends_only=True) or Reply("", silent=True)}
    if wished := answer_wish(turn, lane.phrasing):
        return {"reply": wished}
    intent = ports.tenant.intent(state["intent"])
    leaves = intent is not None and intent.answer.action == "end_handoff"
    if state["handoff"] is None:
        return lane.not_open() if leaves else await lane.open()
    return await lane.leave() if leaves else await lane.heard(state["handoff"])


@dataclass(frozen=True, slots=True)
class _Lane:
    """One turn of the lane."""

    state: Conversation
    runtime: Runtime[Ports]
    phrasing: Phrasing

    @property
    def turn(self) -> Turn:
        return self.state["turns"][-1]

    async def open(self) -> ConversationUpdate:
        """Open a handoff, and say when a person will be there."""
        now, here = in_ms(self.runtime.context.clock.now()), self._here()
        opened = Handoff(reason=self.turn.intent or "requested", at=now)
        cases = self.runtime.context.cases
        if cases is not None:
            case = await open_once(self._draft(now), self.runtime, cases, turn=self.turn, node="handoff")
            self._tell(case.number, "open")
            opened = replace(opened, number=case.number)
        kept = "" if cases is None else "_kept"
        if here.open_until is not None:
            text = self.phrasing.say(f"handoff_opened_open{kept}")
        else:
            opens = self.phrasing.when(here.opens_at, here.today.date) if here.opens_at else "—"
            text = self.phrasing.say(f"handoff_opened_closed{kept}", opens=opens)
        ticket = [("open_ticket", "choice_ticket")] if cases is not None and here.open_until is None else []
        choices = self.phrasing.offers(*ticket, ("end_handoff", "choice_back"))
        return {"reply": Reply(self._warned(text), choices=choices), "handoff": opened}

    async def heard(self, opened: Handoff) -> ConversationUpdate:
        """Note what the customer writes to the person; say once that it may take a while."""
        case = await self._case(opened)
        if case is not None and case.status not in WAITING:
            return self._taken_back("handoff_closed")
        if case is not None and (cases := self.runtime.context.cases) is not None:
            await note(cases, case, customers_entry(self.turn), self.runtime)
        if in_danger(self.turn.text):
            return {"reply": Reply(self.phrasing.say("danger"))}
        if opened.noticed or (case is not None and case.status == "claimed"):
            return {"reply": Reply("", silent=True)}
        kept = "_kept" if opened.number else ""
        update: ConversationUpdate = {"reply": Reply(self._waiting(kept), choices=self._back())}
        return {**update, "handoff": replace(opened, noticed=True)} if opened.number else update

    async def leave(self) -> ConversationUpdate:
        """Take back a customer who doesn't want to wait any longer."""
        opened = self.state["handoff"]
        await self._end(opened.number if opened else "", "left")
        return self._taken_back("handoff_closed")

    def not_open(self) -> ConversationUpdate:
        """Say that the assistant is there, to a customer who was never away from it."""
        reply = Reply(self.phrasing.say("handoff_not_open"), choices=self.phrasing.main_choices())
        return {"reply": reply, "current_lane": "info"}

    async def told(self, part: DeskPart) -> ConversationUpdate:
        """Do what one of the shop's people wants: say something, give the customer back, or own up that nobody came."""
        case = await self._named(part.case) if part.text else None
        if part.text:
            entry = Entry(self.turn.id, "operator", self.turn.at, part.text, part.operator)
            if case is not None and (cases := self.runtime.context.cases) is not None:
                await note(cases, case, entry, self.runtime)
        if part.act == "reply":
            return self._answer(part, case)
        await self._end(part.case, "given_back" if part.act == "give_back" else "timed_out")
        current = self.state["handoff"]
        if current is None or current.number != part.case:
            return {"reply": Reply(part.text, silent=not part.text)}
        if part.act == "give_back":
            text = "\n\n".join(filter(None, [part.text, self.phrasing.say("handoff_returned")]))
            return {"reply": Reply(text, choices=self.phrasing.main_choices()), "handoff": None, "current_lane": "info"}
        wanted = ("open_ticket", "choice_ticket"), ("talk_to_person", "choice_keep_waiting")
        nobody = Reply(self.phrasing.say("handoff_nobody"), choices=self.phrasing.offers(*wanted))
        return {"reply": nobody, "handoff": None, "current_lane": "support"}

    def _answer(self, part: DeskPart, case: Case | None) -> ConversationUpdate:
        """Say what a person answers; to a ticket or a return, what it is about, in the middle of whatever goes on."""
        if case is None or case.kind == "handoff":
            return {"reply": Reply(part.text, silent=not part.text)}
        text = self.phrasing.say("desk_answer", number=case.number, subject=case.subject, answer=part.text)
        before = next((turn.lane for turn in reversed(self.state["turns"][:-1]) if turn.lane), None)
        return {
            "reply": Reply(text, awaiting=self.state["awaiting"]),
            "current_lane": cast("Lane | None", before) or "support",
        }

    def _taken_back(self, key: str) -> ConversationUpdate:
        reply = Reply(self.phrasing.say(key), choices=self.phrasing.main_choices())
        return {"reply": reply, "handoff": None, "current_lane": "info"}

    def _draft(self, now: int) -> Draft:
        tenant = self.phrasing.tenant
        hurt = in_danger(self.turn.text)
        patience = timedelta(minutes=tenant.profile.desk.claim_minutes)
        return Draft(
            kind="handoff",
            origin=origin_of(self.state),
            subject=subject_of(words_of(self.turn)),
            status="open",
            at=now,
            due=in_ms(due_after(tenant, self.runtime.context.clock.now(), patience)),
            topic=self.turn.intent or "",
            order=self.state["slots"].get("order", ""),
            facts={**summary_of(self.state, self.phrasing), **({"priority": "danger"} if hurt else {})},
        )

    async def _end(self, number: str, status: CaseStatus) -> None:
        cases = self.runtime.context.cases
        if not number or cases is None:
            return
        now = in_ms(self.runtime.context.clock.now())
        moved = await cases.move(self.state["tenant_id"], number, status, at=now, among=WAITING)
        if moved is not None:
            self._tell(moved.number, status)
            await note(cases, moved, Entry(f"{self.turn.id}:{status}", "event", now, status), self.runtime)

    async def _case(self, opened: Handoff) -> Case | None:
        return await self._named(opened.number) if opened.number else None

    async def _named(self, number: str) -> Case | None:
        """Return the case, None also while the records are away: nobody is to lose a message for that."""
        cases = self.runtime.context.cases
        try:
            return await cases.get(self.state["tenant_id"], number) if cases else None
        except RecordsUnavailableError:
            return None

    def _warned(self, text: str) -> str:
        """Return what is said with what to do first before it, where somebody is in danger."""
        return f"{self.phrasing.say('danger')}\n\n{text}" if in_danger(self.turn.text) else text

    def _tell(self, number: str, status: str) -> None:
        self.runtime.stream_writer(HandoffChanged(number, status))

    def _here(self) -> Moment:
        ports = self.runtime.context
        return moment(ports.tenant.hours, ports.clock.now(), ports.tenant.profile.timezone)

    def _back(self) -> list[Choice]:
        return self.phrasing.offers(("end_handoff", "choice_back"))

    def _waiting(self, kept: str) -> str:
        here = self._here()
        if here.open_until is not None or here.opens_at is None:
            return self.phrasing.say(f"handoff_waiting{kept}")
        return self.phrasing.say(
            f"handoff_waiting_closed{kept}", opens=self.phrasing.when(here.opens_at, here.today.date)
        )
