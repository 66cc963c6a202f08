"""What a failed call of the Cloud API means: told by Meta's error code, never by the HTTP status that came with it."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Final, Literal

from state.errors import LanewayError

ErrorKind = Literal["retry", "throttle", "pair", "retry_once", "template", "never", "operator", "ambiguous"]
"""What to do about it.

retry: again, after a growing pause        throttle: again, when the number, app or account may send
pair: again, when this customer may get more   retry_once: Meta could not fetch a file
template: only a template may be sent      never: the same message will fail again
operator: nothing goes out until somebody sees to it   ambiguous: nobody knows whether it was sent
"""

_SECRET: Final = re.compile(r"\+?[0-9]{7,}|[A-Za-z0-9_.|-]{30,}")
_LONGEST_S: Final = 24 * 3600.0
_HINTS: Final[Mapping[ErrorKind, str]] = {
    "retry": "It was not sent. Try again after a pause.",
    "throttle": "It was not sent: too much at once. Send less, try again later.",
    "pair": "It was not sent: too many messages to this customer. Wait 1, 4, 16 ... seconds.",
    "retry_once": "Meta could not fetch the file. Try once more, then check its address.",
    "template": "The customer wrote nothing for 24 hours: send an approved template.",
    "never": "Don't send it again as it is.",
    "operator": "Check the access token, the number and the account: `laneway whatsapp check`.",
    "ambiguous": "Nobody knows whether it was sent. Wait for a status that carries its id before it is sent again.",
}
_CODES: Final[Mapping[ErrorKind, tuple[int, ...]]] = {
    "retry": (1, 2, 131000, 131016, 131057, 133004),
    "throttle": (4, 80007, 130429, 131048, 133016),
    "pair": (131056,),
    "retry_once": (131052, 131053),
    "template": (131047,),
    "operator": (0, 3, 10, 190, *range(200, 300), 368, 131031, 131037, 131042, 131045, 133010, 130497),
}
_KINDS: Final[Mapping[int, ErrorKind]] = {code: kind for kind, codes in _CODES.items() for code in codes}


class CloudError(LanewayError):
    """The Cloud API refused a call, could not be reached, or did not say what became of it.

    Attributes:
        kind: what to do about it.
        error_code: Meta's `error.code`; None when there was no such answer.
        subcode: Meta's `error.error_subcode`.
        status: the HTTP status; None when there was no answer.
        retry_after_s: how long to wait at least, when Meta said so.
        trace: Meta's `fbtrace_id`, which its support asks for.
    """

    code: ClassVar[str] = "whatsapp_failed"

    def __init__(
        self,
        kind: ErrorKind,
        reason: str,
        *,
        error_code: int | None = None,
        subcode: int | None = None,
        status: int | None = None,
        retry_after_s: float | None = None,
        trace: str | None = None,
    ) -> None:
        super().__init__(f"WhatsApp: {reason}", hint=_HINTS[kind])
        self.kind: Final = kind
        self.error_code: Final = error_code
        self.subcode: Final = subcode
        self.status: Final = status
        self.retry_after_s: Final = retry_after_s
        self.trace: Final = trace


def kind_of(code: int, *, transient: bool = False) -> ErrorKind:
    """Return what an error code means, also one of a failed status; a code that isn't known is not tried again.

    `transient` is Meta's `is_transient`: with it, what would not be tried again is.
    """
    return _KINDS.get(code, "retry" if transient else "never")


def refusal(status: int, headers: Mapping[str, str], body: bytes, *, sends: bool) -> CloudError:
    """Return the error that an answer outside 200-299 means; `sends` when the call makes a message.

    Without a Graph error in it, the HTTP status is all there is: a 5xx may come from a server behind which the message
    was taken all the same.
    """
    error, wait = graph_error(body), retry_after(headers)
    if error is None:
        kind = _kind_of_status(status, sends=sends)
        return CloudError(kind, f"HTTP {status} without a reason.", status=status, retry_after_s=wait)
    code = error["code"]
    transient = error.get("is_transient") is True
    return CloudError(
        kind_of(code, transient=transient),
        f"error {code}: {_reason(error)}",
        error_code=code,
        subcode=_number(error.get("error_subcode")),
        status=status,
        retry_after_s=wait,
        trace=_short(error.get("fbtrace_id")),
    )


def graph_error(body: bytes) -> dict[str, Any] | None:
    """Return the `error` of an answer with its `code` as a number; None when there is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or (code := _number(error.get("code"))) is None:
        return None
    return {**error, "code": code}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the longest wait in seconds that the headers ask for.

    `Retry-After` has seconds or a date; `X-Business-Use-Case-Usage` has minutes for each kind of use.
    """
    waits = [wait for wait in (*_of_usage(headers), _of_header(headers)) if wait is not None and wait > 0]
    return min(max(waits), _LONGEST_S) if waits else None


def _kind_of_status(status: int, *, sends: bool) -> ErrorKind:
    if status >= 500 or status < 200:  # noqa: PLR2004 # HTTP
        return "ambiguous" if sends else "retry"
    return "throttle" if status == 429 else "never"  # noqa: PLR2004 # HTTP


def _of_header(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (at.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    return seconds if math.isfinite(seconds) else None


def _of_usage(headers: Mapping[str, str]) -> list[float]:
    try:
        usage = json.loads(headers.get("x-business-use-case-usage", "{}"))
        uses = [use for account in usage.values() for use in account]
        return [60.0 * int(use.get("estimated_time_to_regain_access", 0)) for use in uses]
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return []


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12 else None  # noqa: PLR2004


def _reason(error: Mapping[str, Any]) -> str:
    """Return Meta's own words, shortened; they may quote a phone number, and of a wrong access token all of it."""
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    return _short(_SECRET.sub("[...]", str(details or error.get("message") or "no reason given"))) or ""


def _short(value: object) -> str | None:
    return value[:200] if isinstance(value, str) and value else None
