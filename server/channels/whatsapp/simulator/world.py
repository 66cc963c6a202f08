"""The simulated account at work: what it takes, what it refuses, and what it tells by webhook."""

import asyncio
import base64
import time
from collections import deque
from typing import Any, Final, Literal
from uuid import uuid4

from server.channels.whatsapp.simulator.account import Account, Clock, Pace, Taken, is_user_id, phone_of
from server.channels.whatsapp.simulator.courier import Courier
from server.channels.whatsapp.simulator.graph import GraphError
from server.channels.whatsapp.simulator.mood import Mood, Status, Step
from server.channels.whatsapp.simulator.rules import check
from server.channels.whatsapp.simulator.webhooks import Update

_STATUSES_S: Final = 30.0


class World:
    """All that the simulator knows. Tests in the same process use it directly, others over HTTP."""

    def __init__(self, account: Account, *, seed: int = 0) -> None:
        self.account = account
        self.mood = Mood()
        self.clock = Clock()
        self.script: Final[deque[Step]] = deque()
        self.courier = Courier(account, self.mood, seed=seed)
        self.files: Final[dict[str, tuple[str, bytes]]] = {}
        self.asked: Final[list[str]] = []
        self.read: Final[list[dict[str, Any]]] = []
        self.closing = asyncio.Event()
        self._taken: list[Taken] = []
        self._heard: dict[tuple[str, str], float] = {}
        self._number_pace = Pace(account.per_s, account.per_s)
        self._pair_pace = Pace(account.pair_burst, 1 / account.pair_every_s)

    def accepted(self, after: int = 0) -> list[Taken]:
        """Return what was taken, in order, without the first `after`."""
        return self._taken[after:]

    def feel(self, mood: Mood) -> None:
        """Change habits."""
        self.mood = self.courier.mood = mood

    def plan(self, *steps: Step) -> None:
        """Do these with the next messages, one after the other."""
        self.script.extend(step for step in steps for _ in range(step.times))

    def next_step(self) -> Step | None:
        """Return what the script says about this message."""
        return self.script.popleft() if self.script else None

    def take(self, number: str, body: dict[str, Any]) -> Taken:
        """Take a message and tell its statuses.

        Raises:
            GraphError: a limit, a rate or the window says no.
        """
        kind, now = check(body), self.clock.now()
        person = body.get("to") or body["recipient"]
        phone = phone_of(person)
        if not self._number_pace.allows(number, now):
            raise GraphError(130429, "Cloud API message throughput has been reached.")
        if not self._pair_pace.allows(f"{number} {phone}", now):
            raise GraphError(131056, "Message failed to send because there were too many messages to one user.")
        closed = kind != "template" and now - self._heard.get((number, phone), 0.0) > self.account.window_s
        outside = GraphError(131047, "More than 24 hours have passed since the customer last replied.")
        if closed and self.mood.window == "refused":
            raise outside
        opaque = body.get("biz_opaque_callback_data")
        taken = Taken(_wamid(), number, person, opaque, kind, body, now, dropped=is_user_id(body.get("to", "")))
        self._taken.append(taken)
        self._tell(taken, outside if closed and self.mood.window == "failed" else None)
        return taken

    async def told(self) -> None:
        """Wait until the statuses are with the caller, when the mood says that they come first."""
        if self.mood.statuses_first:
            await self.courier.settled(_STATUSES_S)

    def mark_read(self, number: str, body: dict[str, Any]) -> None:
        """Note that a message was marked as read; raises GraphError when there is none."""
        if not isinstance(body.get("message_id"), str) or not body["message_id"].startswith("wamid."):
            raise GraphError(131009, "message_id is not valid")
        if "typing_indicator" in body and body["typing_indicator"] != {"type": "text"}:
            raise GraphError(131009, "typing_indicator is not valid")
        if self.mood.reads == "refused":
            raise GraphError(131000, "Something went wrong.")
        self.read.append({"number": number, **body})

    def say(self, phone: str, message: dict[str, Any], *, number: str | None = None) -> str:
        """Have a customer send something (`{"type": "text", "text": {"body": ...}}`) and return its wamid."""
        at = number or next(iter(self.account.numbers))
        item = {"id": _wamid(), "timestamp": str(int(self.clock.now())), **message}
        self._heard[at, phone] = self.clock.now()
        self.courier.add(Update("messages", at, phone, item, due=time.monotonic()))
        return str(item["id"])

    def write(self, phone: str, text: str) -> str:
        """Have a customer write something."""
        return self.say(phone, {"type": "text", "text": {"body": text}})

    def tap(self, phone: str, choice: str) -> str:
        """Have a customer tap a button or a list row of the last message that offered it; raises LookupError."""
        for taken in reversed(self._taken):
            if phone_of(taken.recipient) == phone and (reply := _offered(taken.body, choice)):
                quoted = {"context": {"from": self.account.numbers[taken.number], "id": taken.wamid}}
                return self.say(phone, {"type": "interactive", "interactive": reply, **quoted}, number=taken.number)
        raise LookupError(choice)

    def keep(self, mime: str, content: bytes) -> str:
        """Keep a file, a customer's or an uploaded one, and return its media id."""
        media_id = str(1000 + len(self.files))
        self.files[media_id] = (mime, content)
        return media_id

    def send_file(self, phone: str, kind: str, mime: str, content: bytes, **fields: str | bool) -> str:
        """Have a customer send a file (`kind` is the message's type) and return its media id."""
        media_id = self.keep(mime, content)
        self.say(phone, {"type": kind, kind: {"id": media_id, "mime_type": mime, **fields}})
        return media_id

    async def pause(self, seconds: float) -> None:
        """Wait, but not longer than the simulator runs."""
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return

    def _tell(self, taken: Taken, failure: GraphError | None) -> None:
        if taken.dropped:
            failure = GraphError(131026, "Message undeliverable.")
        statuses: list[Status] = ["failed"] if failure else self.mood.statuses
        for status in statuses:
            self._status(taken, status, failure or GraphError(131000, "Something went wrong."))

    def _status(self, taken: Taken, status: Literal["sent", "delivered", "read", "failed"], why: GraphError) -> None:
        item: dict[str, Any] = {"id": taken.wamid, "status": status, "timestamp": str(int(self.clock.now()))}
        if taken.opaque is not None:
            item["biz_opaque_callback_data"] = taken.opaque
        if status == "failed":
            item["errors"] = [why.in_status()]
        self.courier.add(Update("statuses", taken.number, phone_of(taken.recipient), item, due=time.monotonic()))


def _offered(body: dict[str, Any], choice: str) -> dict[str, Any] | None:
    interactive = body.get("interactive", {})
    action = interactive.get("action", {})
    for button in action.get("buttons", []):
        if button["reply"]["id"] == choice:
            return {"type": "button_reply", "button_reply": button["reply"]}
    for row in (row for section in action.get("sections", []) for row in section["rows"]):
        if row["id"] == choice:
            return {"type": "list_reply", "list_reply": row}
    return None


def _wamid() -> str:
    return "wamid." + base64.b64encode(uuid4().bytes * 2).decode()
