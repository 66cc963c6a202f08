"""Who writes to us on a channel where people have names of the channel's own making."""

from dataclasses import dataclass
from hashlib import blake2s
from typing import Literal

from state.ids import ContactId, SessionId, TenantId, TurnId

IdentityKind = Literal["phone", "user", "parent"]
Flag = Literal["stopped", "paused", "no_marketing"]


@dataclass(frozen=True, slots=True)
class Identity:
    """One of the names a channel knows a person by: a phone number, or an id scoped to a business or its parent."""

    kind: IdentityKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as one of our numbers knows them.

    Attributes:
        id: ours; it stays when the person's number or name changes.
        account: which of our numbers, as the channel names it.
        identities: all the channel's names of the person that are known, by kind.
        name: what the person calls themselves.
        heard: when they last wrote (ms since 1970 UTC); 0 for never.
        stopped: the turn in which they asked for no more messages; its answer is the last they get.
        paused: until when a person of ours answers them, so that we don't (ms since 1970 UTC).
        no_marketing: whether they told the channel that they want nothing they didn't ask for.
        fresh: whether nothing was known of them until just now.
    """

    id: ContactId
    account: str
    identities: dict[IdentityKind, str]
    name: str | None = None
    heard: int = 0
    stopped: TurnId | None = None
    paused: int = 0
    no_marketing: bool = False
    fresh: bool = False


def session_of(tenant: TenantId, contact: ContactId) -> SessionId:
    """Return the session of a contact, the same for ever: what was accepted stays known when a session has expired."""
    return SessionId(f"ses_{blake2s(f'{tenant} {contact}'.encode(), digest_size=16).hexdigest()}")
