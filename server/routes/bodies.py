"""Every body that routes read by themselves, for the OpenAPI document."""

from typing import Final

from pydantic import BaseModel

from evals.exports import Label
from server.payment_news import PaymentNews
from server.plans.agent_sessions import NewAgentSession
from server.routes.casework import NewReturnStatus, NewTicketStatus
from server.routes.conversations import NewMessage, NewSession
from server.routes.correspondence import Pause, Resumption
from server.routes.effects import Settlement
from server.routes.evaluations import NewExport
from server.routes.handoffs import Claim, Return, Words
from server.routes.payments import Seen
from server.workflow_bodies import Answer, NewWorkflow, Reason, ReplayFrom

BODIES: Final[tuple[type[BaseModel], ...]] = (
    Answer,
    Claim,
    Label,
    NewAgentSession,
    NewExport,
    NewMessage,
    NewSession,
    NewReturnStatus,
    NewTicketStatus,
    NewWorkflow,
    Pause,
    PaymentNews,
    Reason,
    ReplayFrom,
    Resumption,
    Return,
    Seen,
    Settlement,
    Words,
)
