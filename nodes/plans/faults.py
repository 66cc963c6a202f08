"""Which kind of fault an error is: that decides whether a step is tried again."""

from typing import Final

import httpx2
from pydantic import ValidationError

from nodes.agents.ports import AgentError
from state.errors import InvalidInputError, LanewayError, ModelError
from state.plan import FaultClass, Retry

_NETWORK: Final = (httpx2.TransportError, ConnectionError)
_TIMEOUT: Final = (TimeoutError, httpx2.TimeoutException)
_VALIDATION: Final = (InvalidInputError, ValidationError, ValueError, TypeError, LookupError)


class StepFailedError(Exception):
    """A step that is not tried any more; `reason` is for people."""

    def __init__(self, fault: FaultClass, code: str, reason: str) -> None:
        super().__init__(reason)
        self.fault: FaultClass = fault
        self.code = code
        self.reason = reason


def failed_by(error: Exception) -> StepFailedError:
    """Return what an agent's error means for its step; unknown errors show their class and not their words."""
    if isinstance(error, StepFailedError):
        return error
    if isinstance(error, AgentError):
        return StepFailedError(error.fault, error.code, str(error))
    if isinstance(error, LanewayError):
        return StepFailedError(_class_of(error), error.code, f"{error.message} {error.hint}".strip())
    fault = _class_of(error)
    words = {"timeout": "It took too long.", "network": f"The network failed ({type(error).__name__})."}
    code = {"timeout": "timeout", "network": "network"}.get(fault, "agent_failed")
    return StepFailedError(fault, code, words.get(fault, f"The agent failed: {type(error).__name__}."))


def may_retry(retry: Retry, fault: FaultClass, attempt: int, timeouts: int) -> bool:
    """Tell whether a step may be tried again after its `attempt`-th attempt, `timeouts` of which were too long."""
    if fault not in retry.retry_on or attempt >= retry.max_attempts:
        return False
    return fault != "timeout" or timeouts <= 1


def pause_s(retry: Retry, attempt: int, jitter: float) -> float:
    """Return the seconds to wait after the `attempt`-th attempt."""
    pause: float = min(retry.backoff * 2 ** (attempt - 1), retry.cap)
    return pause * jitter if retry.jitter else pause


def _class_of(error: Exception) -> FaultClass:
    if isinstance(error, _TIMEOUT):
        return "timeout"
    if isinstance(error, _NETWORK):
        return "network"
    if isinstance(error, ModelError):
        return "model"
    return "validation" if isinstance(error, _VALIDATION) else "agent"
