"""What the simulator is to do wrong: a script for the next messages, and habits that stay."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Status = Literal["sent", "delivered", "read", "failed"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Step(_Part):
    """What happens to the next message, or the next `times` of them.

    refuse: a Graph error with `code`; nothing is taken.
    break: HTTP `status` without a Graph error.
    hang: no answer for `seconds`.
    cut: the connection is reset without an answer.
    slow: the answer comes after `seconds`.

    With `taken` the message is taken all the same, and its webhooks come: the caller can't know it. What is refused is
    never taken, what is slow always.
    """

    what: Literal["refuse", "break", "hang", "cut", "slow"]
    taken: bool = True
    code: int = 131000
    status: Annotated[int, Field(ge=300, le=599)] = 503
    seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    times: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _taken_as_it_must_be(self) -> Self:
        self.taken = self.what == "slow" or (self.taken and self.what != "refuse")
        return self


class Mood(_Part):
    """Habits.

    Attributes:
        statuses: the statuses each message gets, in order.
        statuses_first: they come before the call is answered.
        only_user_ids: customers have no phone number in webhooks (`from`, `wa_id`, `recipient_id` are absent).
        copies: how often each webhook comes, each time with other bytes.
        shuffle: webhooks come in any order.
        batch: the most updates in one webhook.
        delay_s: how long a webhook is late.
        held: no webhook comes until this is over.
        reads: what becomes of read receipts: taken, refused, or taken after so long that the caller has left.
        window: what becomes of a message that needs an open 24-hour window: refused at once, failed by a status, sent.
    """

    statuses: list[Status] = ["sent", "delivered"]
    statuses_first: bool = False
    only_user_ids: bool = False
    copies: Annotated[int, Field(ge=1, le=20)] = 1
    shuffle: bool = False
    batch: Annotated[int, Field(ge=1, le=1000)] = 1
    delay_s: Annotated[float, Field(ge=0)] = 0.0
    held: bool = False
    reads: Literal["taken", "refused", "hung"] = "taken"
    window: Literal["refused", "failed", "ignored"] = "refused"
