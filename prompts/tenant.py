"""A tenant as data: what a shop's files say, after they have been checked."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from prompts.desk import Desk
from prompts.fields import CalendarDate, ClockTime, LocaleCode, Localised, Name, Slug, Text, known_zone
from prompts.shop import ShopRules
from prompts.workflows import WorkflowRules

__all__ = ["LocaleCode", "Localised", "Name", "Slug", "Text"]

Action = Literal[
    "add_to_ticket",
    "close_ticket",
    "buy",
    "cart_change",
    "cart_show",
    "checkout",
    "contact",
    "end_handoff",
    "hours",
    "open_ticket",
    "order_change",
    "order_status",
    "product_availability",
    "product_compare",
    "product_details",
    "product_price",
    "product_recommend",
    "product_search",
    "return_item",
    "talk_to_person",
    "ticket_status",
    "warranty",
]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
OUTSIDE: Final = "none"
"""What the router calls the examples of `outside.yaml`; no intent has this name."""

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


Threshold = Literal["lane", "sure", "intent", "out_of_scope", "switch", "close", "pair", "clause"]
"""A number of the router's that a tenant may set; `nodes/routers/thresholds.py` says what each is."""

ArrivalStrategy = Literal["enqueue", "coalesce", "reject", "interrupt", "rollback"]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(_File):
    """How a person reaches the shop."""

    phone: Text
    email: Text
    address: Text


class Waiting(_File):
    """What becomes of a message that comes while an earlier one is not answered.

    Attributes:
        strategies: by channel; `enqueue` where nothing is said, `coalesce` on WhatsApp.
        quiet_s: a coalescing turn begins when nothing came for so long.
        cap_s: and at the latest so long after its first message.
    """

    strategies: dict[Literal["chat", "cli", "whatsapp", "api"], ArrivalStrategy] = {}
    quiet_s: Annotated[float, Field(ge=0, le=30)] = 1.2
    cap_s: Annotated[float, Field(ge=0, le=120)] = 8.0

    def of(self, channel: Literal["chat", "cli", "whatsapp", "api"]) -> ArrivalStrategy:
        """Return the strategy of a channel."""
        return self.strategies.get(channel, "coalesce" if channel == "whatsapp" else "enqueue")


class Consent(_File):
    """Messages by which a customer wants to hear no more from us, or wants to again; each is a whole message."""

    stop: list[Text] = ["stop", "baja", "darme de baja", "dar de baja", "no más mensajes", "unsubscribe", "opt out"]
    resume: list[Text] = ["start", "alta", "darme de alta", "reanudar", "resume", "subscribe", "opt in"]


class Profile(_File):
    """`tenant.yaml`: who the shop is."""

    name: Text
    locales: Annotated[list[LocaleCode], Field(min_length=1)]
    timezone: Annotated[str, AfterValidator(known_zone)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    contact: Contact
    tone: Localised
    return_days: Annotated[int, Field(ge=0)] = 30
    waiting: Waiting = Waiting()
    consent: Consent = Consent()
    desk: Desk = Desk()
    thresholds: dict[Threshold, Annotated[float, Field(ge=0, le=1)]] = {}
    prompts: dict[Name, dict[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0, le=100)]]] = {}

    @property
    def default_locale(self) -> str:
        """The first of `locales`: used when a customer's language isn't one of them."""
        return self.locales[0]


class LaneSpec(_File):
    """One entry of `lanes.yaml`."""

    name: Literal["info", "commerce", "support", "handoff"]
    title: Localised
    description: Localised


class Answer(_File):
    """What an intent is answered with: a knowledge page, a text of `texts.<locale>.yaml`, or an action.

    Attributes:
        errand: somebody of the team has to do it: with the page a ticket is offered.
    """

    page: Slug | None = None
    text: Name | None = None
    action: Action | None = None
    errand: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(way is not None for way in (self.page, self.text, self.action)) != 1:
            raise PydanticCustomError("one_answer", "an intent has exactly one answer: a page, a text or an action")
        return self


class Intent(_File):
    """One entry of `intents/<lane>.yaml`.

    Attributes:
        examples: by locale; what customers write.
        words: by locale; phrases that decide by themselves when a message holds one of them.
        sticky: a short follow-up after this intent stays in its lane.
    """

    name: Name
    description: Localised
    answer: Answer
    examples: dict[LocaleCode, list[Text]]
    words: dict[LocaleCode, list[Text]] = {}
    sticky: bool = False
    lane: Literal["info", "commerce", "support", "handoff"] = "info"


class Outside(_File):
    """`outside.yaml`: by locale, what customers write that is none of the shop's business."""

    outside: dict[LocaleCode, list[Text]]


class FollowUp(_File):
    """What is written as the next line after one of some intents, and the intent it then has."""

    after: Annotated[list[Name], Field(min_length=1)]
    intent: Name
    examples: dict[LocaleCode, list[Text]]


class MoreExamples(_File):
    """One file of `examples/`: examples of intents that stand elsewhere, by intent and locale."""

    examples: dict[Name, dict[LocaleCode, list[Text]]] = {}
    follow_ups: list[FollowUp] = []
    outside: dict[LocaleCode, list[Text]] = {}


class Interval(_File):
    """From opening to closing, local time, the same day."""

    opens: ClockTime
    closes: ClockTime


class SpecialDay(_File):
    """A date that breaks the week: closed when `intervals` is empty."""

    date: CalendarDate
    reason: Localised
    intervals: list[Interval] = []


class Hours(_File):
    """`hours.yaml`: the week, and the days that break it."""

    week: dict[Weekday, list[Interval]]
    special: list[SpecialDay] = []


class Product(_File):
    """One entry of `catalogue.yaml`; `price_minor` is in the currency's minor unit (cents)."""

    sku: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$")]
    name: Localised
    summary: Localised
    category: Name
    price_minor: Annotated[int, Field(ge=0)]
    stock: Annotated[int, Field(ge=0)]
    warranty_months: Annotated[int, Field(ge=0)] = 36
    words: dict[LocaleCode, list[Text]] = {}
    url: str | None = None
    photo: str | None = None


class Category(_File):
    """A heading of the catalogue."""

    name: Name
    title: Localised
    words: dict[LocaleCode, list[Text]] = {}


class Page(_File):
    """One knowledge page in one language: `knowledge/<slug>.<locale>.md`.

    Attributes:
        answer: the front matter's short answer, sent as it is.
        words: what else people call it, for search.
        body: the page's text, without front matter.
    """

    slug: Slug
    locale: LocaleCode
    title: Text
    answer: Text
    words: list[Text] = []
    body: str = ""


class Tenant(_File):
    """Everything a shop's folder says."""

    id: Slug
    folder: Path
    profile: Profile
    lanes: list[LaneSpec]
    intents: list[Intent]
    texts: dict[LocaleCode, dict[Name, Text]]
    hours: Hours
    categories: list[Category]
    products: list[Product]
    pages: list[Page]
    outside: dict[LocaleCode, list[Text]] = {}
    shop: ShopRules | None = None
    workflows: WorkflowRules | None = None
    follow_ups: list[FollowUp] = []

    def intent(self, name: str | None) -> Intent | None:
        """Return the intent called `name`, or None."""
        return next((intent for intent in self.intents if intent.name == name), None)

    def doing(self, action: str) -> Intent | None:
        """Return the first intent whose answer is `action`, or None."""
        return next((intent for intent in self.intents if intent.answer.action == action), None)

    def page(self, slug: str, locale: str) -> Page | None:
        """Return a page in `locale`, else in the default locale, else None."""
        wanted = [page for page in self.pages if page.slug == slug]
        by_locale = {page.locale: page for page in wanted}
        return by_locale.get(locale) or by_locale.get(self.profile.default_locale)

    def say(self, key: str, locale: str, **values: object) -> str:
        """Return the text `key` in `locale` with `{names}` filled in.

        Raises:
            KeyError: the text or one of its values is missing; the loader checks both beforehand.
        """
        texts = self.texts.get(locale) or self.texts[self.profile.default_locale]
        return texts[key].format_map(values)


def in_locale(texts: dict[str, str], locale: str, default: str) -> str:
    """Return the text in `locale`, else in `default`, else any."""
    return texts.get(locale) or texts.get(default) or next(iter(texts.values()))
