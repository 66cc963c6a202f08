"""Meta's errors as they go over the wire."""

from typing import Any, Final

_WORDS: Final = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
}


class GraphError(Exception):
    """A call that the Graph API refuses."""

    def __init__(self, code: int, details: str = "", *, subcode: int | None = None) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details = details
        self.subcode = subcode

    @property
    def status(self) -> int:
        """The HTTP status that comes with it; for most codes 400, whatever they mean."""
        return 401 if self.code == 190 else 400  # noqa: PLR2004 # the one that differs

    def document(self) -> dict[str, Any]:
        """Return the answer's body."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {_title(self.code)}",
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": "Asimulated",
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}

    def in_status(self) -> dict[str, Any]:
        """Return the entry of a failed status's `errors`."""
        title = _title(self.code)
        return {
            "code": self.code,
            "title": title,
            "message": title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def _title(code: int) -> str:
    return _WORDS.get(code, "Simulated error")
