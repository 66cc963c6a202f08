"""What is told about messages and customers: statuses, preferences, new ids."""

from pydantic import TypeAdapter

from server.channels.whatsapp.circumstances import Problem
from server.channels.whatsapp.items import Person
from server.channels.whatsapp.tolerant import Maybe, Seconds, Text, Tolerant


class Pricing(Tolerant):
    """What a message cost."""

    category: Maybe[Text] = None


class Status(Tolerant):
    """One of `statuses[]`; for a group, `recipient_id` is the group."""

    id: Maybe[Text] = None
    status: Maybe[Text] = None
    timestamp: Maybe[Seconds] = None
    recipient_type: Maybe[Text] = None
    recipient_id: Maybe[Text] = None
    recipient_user_id: Maybe[Text] = None
    recipient_parent_user_id: Maybe[Text] = None
    recipient_participant_id: Maybe[Text] = None
    recipient_participant_user_id: Maybe[Text] = None
    recipient_participant_parent_user_id: Maybe[Text] = None
    biz_opaque_callback_data: Maybe[Text] = None
    pricing: Maybe[Pricing] = None
    errors: Maybe[list[Maybe[Problem]]] = None

    def recipient(self) -> Person:
        """Return the customer, or in a group the member, that it is about."""
        if self.recipient_type == "group":
            return Person(
                self.recipient_participant_id,
                self.recipient_participant_user_id,
                self.recipient_participant_parent_user_id,
            )
        return Person(self.recipient_id, self.recipient_user_id, self.recipient_parent_user_id)


class Recipient(Tolerant):
    """To whom a message from our own number went."""

    to: Maybe[Text] = None
    to_user_id: Maybe[Text] = None
    to_parent_user_id: Maybe[Text] = None


class Wish(Tolerant):
    """One of `user_preferences[]`."""

    wa_id: Maybe[Text] = None
    user_id: Maybe[Text] = None
    parent_user_id: Maybe[Text] = None
    category: Maybe[Text] = None
    value: Maybe[Text] = None
    timestamp: Maybe[Seconds] = None


class Replaced(Tolerant):
    """An id and the one that takes its place."""

    previous: Maybe[Text] = None
    current: Maybe[Text] = None


class NewIds(Tolerant):
    """One of `user_id_update[]`."""

    wa_id: Maybe[Text] = None
    user_id: Maybe[Replaced] = None
    parent_user_id: Maybe[Replaced] = None
    timestamp: Maybe[Seconds] = None


class Profile(Tolerant):
    """How a customer is called."""

    name: Maybe[Text] = None
    username: Maybe[Text] = None


class Contact(Tolerant):
    """One of `contacts[]`: who the people in the same value are."""

    wa_id: Maybe[Text] = None
    user_id: Maybe[Text] = None
    parent_user_id: Maybe[Text] = None
    profile: Maybe[Profile] = None


STATUS = TypeAdapter(Status)
RECIPIENT = TypeAdapter(Recipient)
WISH = TypeAdapter(Wish)
NEW_IDS = TypeAdapter(NewIds)
CONTACT = TypeAdapter(Contact)
