"""The tenant's words in one language: texts, money, times of day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision

from prompts.tenant import WEEKDAYS, Interval, Product, Tenant, Weekday, in_locale
from state.conversation import Choice


@dataclass(frozen=True, slots=True)
class Phrasing:
    """What a lane agent says is written by the tenant; this fills it in.

    `left` is how many there are of each product by the records, None where only the catalogue's files tell.
    """

    tenant: Tenant
    locale: str
    left: Mapping[str, int] | None = None

    def say(self, key: str, **values: object) -> str:
        """Return the tenant's text `key` with its values and the shop's contact filled in."""
        contact = self.tenant.profile.contact
        known = {**contact.model_dump(), "shop": self.tenant.profile.name, **values}
        return self.tenant.say(key, self.locale, **known)

    def unknown(self) -> str:
        """Return the shop's words for "I don't know", with the way to a person."""
        return self.say("unknown")

    def offer_person(self) -> list[Choice]:
        """Return the choice that asks for a person; none in a shop where nobody can be asked for."""
        return self.offers(("talk_to_person", "offer_person"))

    def offers(self, *wanted: tuple[str, str]) -> list[Choice]:
        """Return choices of an action and a text's key each, without those that no intent of the shop does."""
        return [Choice(f"action:{action}", self.say(key)) for action, key in wanted if self.tenant.doing(action)]

    def main_choices(self) -> list[Choice]:
        """Return what a newcomer may want first."""
        return self.offers(
            ("hours", "choice_hours"), ("product_search", "choice_products"), ("return_item", "choice_returns")
        )

    def local(self, texts: dict[str, str]) -> str:
        """Return one of several translations."""
        return in_locale(texts, self.locale, self.tenant.profile.default_locale)

    def name(self, product: Product) -> str:
        """Return a product's name."""
        return self.local(product.name)

    def called(self, sku: str, name: str) -> str:
        """Return what a product is called in this language; `name` is what it was called when it was noted."""
        return next((self.name(product) for product in self.tenant.products if product.sku == sku), name)

    def money(self, minor: int, currency: str = "") -> str:
        """Return an amount given in the minor unit of a currency, the shop's by default, as people here write it."""
        currency = currency or self.tenant.profile.currency
        amount = Decimal(minor).scaleb(-get_currency_precision(currency))
        return str(format_currency(amount, currency, locale=self.locale))

    def stock(self, product: Product) -> str:
        """Return whether a product is in stock, in two or three words."""
        return self.say("in_stock" if self.there_are(product) else "out_of_stock")

    def there_are(self, product: Product) -> int:
        """Return how many there are of a product."""
        return product.stock if self.left is None else self.left.get(product.sku, 0)

    def counted(self, key: str, count: int, **values: object) -> str:
        """Return `key_one`, `key_few`, ... as the language's plural rules (CLDR) ask for, else `key_other`."""
        texts = self.tenant.texts.get(self.locale) or self.tenant.texts[self.tenant.profile.default_locale]
        form = f"{key}_{Locale.parse(self.locale).plural_form(count)}"
        return self.say(
            form if form in texts else f"{key}_other", count=format_decimal(count, locale=self.locale), **values
        )

    def clock(self, at: time) -> str:
        """Return a time of day."""
        return str(format_time(at, "short", locale=self.locale))

    def intervals(self, intervals: list[Interval]) -> str:
        """Return opening intervals as a list: `10:00-14:00 y 17:00-20:30`."""
        spans = [f"{self.clock(span.opens)}–{self.clock(span.closes)}" for span in intervals]
        return str(format_list(spans, locale=self.locale))

    def calendar_day(self, on: date) -> str:
        """Return a date with its weekday: `domingo 22 de noviembre`, `Sunday, November 22`."""
        comma = "," if self.locale[:2] == "en" else ""
        return f"{self.weekday(WEEKDAYS[on.weekday()])}{comma} {format_skeleton('MMMMd', on, locale=self.locale)}"

    def when(self, at: datetime, today: date) -> str:
        """Return a moment: today's time of day, or the day and the time."""
        clock = self.clock(at.time())
        if at.date() == today:
            return self.say("today_at", time=clock)
        return self.say("day_at", day=self.calendar_day(at.date()), time=clock)

    def at(self, ms: int | None, now: datetime) -> str:
        """Return a time (ms since 1970 UTC) as `when` does, in the shop's time zone; empty when there is none."""
        if ms is None:
            return ""
        zone = ZoneInfo(self.tenant.profile.timezone)
        return self.when(datetime.fromtimestamp(ms / 1000, zone), now.astimezone(zone).date())

    def weekday(self, day: Weekday) -> str:
        """Return a weekday's name."""
        return str(get_day_names("wide", locale=self.locale)[WEEKDAYS.index(day)])
