"""Who the people in one value of a webhook are."""

from collections.abc import Iterable
from typing import Any

from server.channels.whatsapp.items import Person
from server.channels.whatsapp.messages import Message
from server.channels.whatsapp.notices import CONTACT


class People:
    """The contacts of a value, found by any of their ids; `ourselves` is our own number in digits.

    A contact that shares no id with a message is taken for its sender only where there is one message and one contact.
    """

    def __init__(self, contacts: Iterable[object], messages: int, display: str | None) -> None:
        self.ourselves = "".join(filter(str.isdigit, display or "")) or None
        found = [_person(raw) for raw in contacts if isinstance(raw, dict)]
        self._by_id = {
            id_: person for person in found for id_ in (person.phone, person.user_id, person.parent_user_id) if id_
        }
        self._alone = found[0] if len(found) == 1 and messages == 1 else None

    def sender(self, message: Message) -> Person:
        """Return who wrote a message: its own ids before those of its contact."""
        phone, user_id, parent = message.from_, message.from_user_id, message.from_parent_user_id
        known = self._by_id
        contact = known.get(user_id or "") or known.get(phone or "") or known.get(parent or "") or self._alone
        if contact is None or _differ(contact, phone, user_id, parent):
            return Person(phone, user_id, parent)
        if (phone, user_id, parent) == (contact.phone, contact.user_id, contact.parent_user_id):
            return contact
        return Person(
            phone or contact.phone,
            user_id or contact.user_id,
            parent or contact.parent_user_id,
            contact.name,
            contact.username,
        )


def _differ(contact: Person, phone: str | None, user_id: str | None, parent: str | None) -> bool:
    return (
        bool(phone and contact.phone and phone != contact.phone)
        or bool(user_id and contact.user_id and user_id != contact.user_id)
        or bool(parent and contact.parent_user_id and parent != contact.parent_user_id)
    )


def _person(raw: dict[str, Any]) -> Person:
    contact = CONTACT.validate_python(raw)
    profile = contact.profile
    return Person(
        contact.wa_id,
        contact.user_id,
        contact.parent_user_id,
        profile.name if profile else None,
        profile.username if profile else None,
    )
