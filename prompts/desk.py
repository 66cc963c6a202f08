"""How a shop's people work: how soon tickets are answered, and how long a customer waits for a person."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Desk(BaseModel):
    """`desk` in `tenant.yaml`; all times are hours and minutes in which the shop is open.

    Attributes:
        ticket_hours: a ticket is answered within so long.
        claim_minutes: a customer who asked for a person is told after so long that nobody is free.
        answer_minutes: a conversation whose operator leaves the customer without an answer for so long is free for
            others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ticket_hours: Annotated[float, Field(gt=0, le=24 * 14)] = 8
    claim_minutes: Annotated[float, Field(gt=0, le=60 * 24)] = 15
    answer_minutes: Annotated[float, Field(gt=0, le=60 * 24)] = 30
