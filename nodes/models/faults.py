"""What providers' failures mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2

from state.errors import ModelError, ModelOutcome

_STATUS: Final[Mapping[int, ModelOutcome]] = {
    401: "unauthorized",
    402: "over_budget",
    403: "unauthorized",
    408: "timeout",
    409: "unavailable",
    429: "rate_limited",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}
_KIND: Final[Mapping[str, ModelOutcome]] = {
    "api_error": "unavailable",
    "authentication_error": "unauthorized",
    "billing_error": "over_budget",
    "billing_hard_limit_reached": "over_budget",
    "content_filter": "refused",
    "content_policy_violation": "refused",
    "insufficient_quota": "over_budget",
    "invalid_request_error": "bad_request",
    "not_found_error": "bad_request",
    "overloaded_error": "overloaded",
    "permission_error": "unauthorized",
    "rate_limit_error": "rate_limited",
    "rate_limit_exceeded": "rate_limited",
    "request_too_large": "bad_request",
    "server_error": "unavailable",
    "timeout_error": "timeout",
}
_BEFORE_STATUS: Final = {"over_budget", "refused"}
_HINTS: Final[Mapping[ModelOutcome, str]] = {
    "unauthorized": "Check the provider's key in the settings, and what the key may use.",
    "bad_request": "Check the model's name in LANEWAY_ROUTER_MODEL and LANEWAY_AGENT_MODEL.",
    "over_budget": "The provider's spend limit is reached: raise it in the provider's console, or name another model.",
}
_SHOWN: Final = 60
_REFUSED: Final = 400
_BROKEN: Final = 500


@dataclass(slots=True)
class Attempt:
    """An attempt that is under way; `begun` once the provider has begun to answer."""

    begun: bool = False


@contextmanager
def provider_faults(model: str) -> Iterator[Attempt]:
    """Turn what goes wrong on the connection or in what comes over it into a `ModelError`."""
    attempt = Attempt()
    try:
        yield attempt
    except httpx2.TimeoutException as error:
        raise ModelError("timeout", model, "no sign of life in time") from error
    except httpx2.TransportError as error:
        raise unreachable(model, begun=attempt.begun) from error
    except ValueError as error:  # JSON, UTF-8 and shapes
        raise ModelError("malformed", model, f"the answer can't be read ({type(error).__name__})") from error


def unreachable(model: str, *, begun: bool) -> ModelError:
    """Return the error of a connection that broke, or was never made."""
    if begun:
        return ModelError("cut_off", model, "the connection ended within the answer")
    return ModelError("unavailable", model, "no connection")


def refused_request(model: str, status: int, words: list[str], headers: Mapping[str, str]) -> ModelError:
    """Return the error of a refusal: an HTTP status, or an error event within a stream (any status below 400).

    `words` are what the provider calls it, the most telling first. Its message isn't shown: it may quote what was sent.
    """
    named = [_KIND[word] for word in words if word in _KIND]
    outcome: ModelOutcome
    if named and (status < _REFUSED or named[0] in _BEFORE_STATUS):
        outcome = named[0]
    elif status < _REFUSED:
        outcome = "unavailable"
    else:
        outcome = _STATUS.get(status, "bad_request" if status < _BROKEN else "unavailable")
    called = ", ".join(word[:_SHOWN] for word in words if word.replace("_", "").isalnum())
    reason = f"the provider answered {status}" if status >= _REFUSED else "the provider broke its answer off"
    wait = retry_after_s(headers) if outcome != "over_budget" else None
    shown = f"{reason}: {called}" if called else reason
    return ModelError(outcome, model, shown, hint=_HINTS.get(outcome, ""), retry_after_s=wait)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how long the provider wants to be left alone: `retry-after-ms`, or `retry-after` in either form."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        if "retry-after" not in headers:
            return None
        wanted = headers["retry-after"]
        if wanted.strip()[:1].isdigit():
            return max(0.0, float(wanted))
        until, now = parsedate_to_datetime(wanted), parsedate_to_datetime(headers["date"])
        return max(0.0, (until - now).total_seconds())
    except (ValueError, KeyError, TypeError):
        return None
