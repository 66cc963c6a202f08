"""Who signed a webhook: HMAC-SHA256 over the body's bytes as they came, with one of the app's secrets."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

_HEADER: Final = re.compile(r"sha256=([0-9a-f]{64})")


def signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Tell whether `header` (`X-Hub-Signature-256`) is the body's signature with any of the secrets.

    Several secrets are active while one is being replaced. Each is tried, in the same time whichever fits.
    """
    found = _HEADER.fullmatch(header or "")
    if found is None:
        return False
    fits = [hmac.compare_digest(sign(body, secret), found[1]) for secret in secrets]
    return any(fits)


def sign(body: bytes, secret: str) -> str:
    """Return the signature's 64 hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
