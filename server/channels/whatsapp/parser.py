"""What a webhook document of WhatsApp's Cloud API tells, sorted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from server.channels.whatsapp.envelope import decoded, read
from server.channels.whatsapp.items import Echo, IdentityChange, IncomingMessage, Item, Other, Preference, StatusUpdate


@dataclass(frozen=True, slots=True)
class Parsed:
    """Every item of one document, in the document's order; each is in exactly one of the lists below."""

    items: Sequence[Item]

    @property
    def messages(self) -> list[IncomingMessage | IdentityChange]:
        """What customers sent, also what WhatsApp says in their name: a new number, a new id."""
        return [one for one in self.items if isinstance(one, IncomingMessage) or _told_by_message(one)]

    @property
    def statuses(self) -> list[StatusUpdate]:
        """What became of messages of ours."""
        return [one for one in self.items if isinstance(one, StatusUpdate)]

    @property
    def echoes(self) -> list[Echo]:
        """What somebody sent by hand from our number."""
        return [one for one in self.items if isinstance(one, Echo)]

    @property
    def other(self) -> list[Preference | IdentityChange | Other]:
        """Everything else, and whatever could not be read."""
        return [
            one
            for one in self.items
            if isinstance(one, Preference | IdentityChange | Other) and not _told_by_message(one)
        ]


def parse_webhook(raw: bytes) -> Parsed:
    """Return what a webhook's body tells. Whatever it holds, JSON or not, nothing is raised and nothing is lost."""
    return Parsed(read(decoded(raw)))


def _told_by_message(item: Item) -> TypeGuard[IdentityChange]:
    return isinstance(item, IdentityChange) and item.type == "system"
