"""`shop.yaml`: how a shop takes orders in the conversation. Without the file it takes none."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from prompts.fields import Localised, Name, Text

Method = Literal["delivery", "pickup"]
Minor = Annotated[int, Field(ge=0)]
_Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}-$")]
_Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}$")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Zone(_File):
    """Where parcels go, and what that costs.

    Attributes:
        postcodes: what its postcodes begin with; the longest that fits decides.
        places: names of regions and towns that are in it, in any language.
        length: digits of its postcodes, by which two countries are told apart.
        free_from_minor: from this value of the products on it costs nothing.
    """

    name: Name
    title: Localised
    postcodes: Annotated[list[_Digits], Field(min_length=1)]
    places: list[Text] = []
    length: Annotated[int, Field(ge=3, le=10)] = 5
    fee_minor: Minor
    free_from_minor: Minor | None = None
    days: Localised

    def fee(self, items_minor: int) -> int:
        """Return what sending products of that value costs."""
        return 0 if self.free_from_minor is not None and items_minor >= self.free_from_minor else self.fee_minor


class Pickup(_File):
    """Where customers fetch what they bought, when it is ready, and for how many days it is kept then."""

    place: Localised
    ready: Localised
    kept_days: Annotated[int, Field(ge=1)] | None = None


class Way(_File):
    """A way to pay; `link` needs a payment provider and is left out where none is connected."""

    name: Name
    title: Localised
    text: Localised
    methods: list[Method] = ["delivery", "pickup"]
    link: bool = False


class EarlierStep(_File):
    """Something that became of an earlier order."""

    status: Literal["placed", "paid", "preparing", "ready", "shipped", "delivered", "cancelled"]
    hours_ago: Annotated[int, Field(ge=0)]
    note: str = ""


class EarlierLine(_File):
    """A product of an earlier order."""

    sku: Text
    quantity: Annotated[int, Field(ge=1)] = 1


class EarlierOrder(_File):
    """An order that is in the records from the start, so that a shop can be tried out."""

    number: Text
    name: Text
    email: Text
    phone: Text
    way: Name
    lines: Annotated[list[EarlierLine], Field(min_length=1)]
    steps: Annotated[list[EarlierStep], Field(min_length=1)]
    street: str = ""
    postcode: str = ""
    city: str = ""


class ShopRules(_File):
    """How the shop delivers, is paid, and numbers its orders.

    Attributes:
        most_of_one: pieces of one product in an order; who wants more talks to a person.
        last_number: the number after which the first order is numbered.
        earlier: orders that are in the records from the start.
    """

    zones: list[Zone] = []
    pickup: Pickup | None = None
    payment: Annotated[list[Way], Field(min_length=1)]
    most_of_one: Annotated[int, Field(ge=1, le=999)] = 20
    order_prefix: _Prefix = "A-"
    last_number: Annotated[int, Field(ge=0)] = 1000
    earlier: list[EarlierOrder] = []

    @model_validator(mode="after")
    def _gets_there(self) -> Self:
        if not self.zones and self.pickup is None:
            raise PydanticCustomError("no_delivery", "an order must get to the customer: zones, a pickup, or both")
        return self

    def zone_of(self, postcode: str) -> Zone | None:
        """Return the zone of a postcode, None where nothing is sent."""
        digits = "".join(filter(str.isdigit, postcode))
        fits = [
            (len(start), zone)
            for zone in self.zones
            for start in zone.postcodes
            if len(digits) == zone.length and digits.startswith(start)
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def zone(self, name: str) -> Zone | None:
        """Return the zone called `name`, or None."""
        return next((zone for zone in self.zones if zone.name == name), None)

    def way(self, name: str) -> Way | None:
        """Return the way to pay called `name`, or None."""
        return next((way for way in self.payment if way.name == name), None)

    def ways(self, method: Method, *, links: bool) -> list[Way]:
        """Return the ways to pay an order that is got by `method`; `links` says whether a provider is connected."""
        return [way for way in self.payment if method in way.methods and (links or not way.link)]


SHOP_PARTS: Final[tuple[type[BaseModel], ...]] = (
    *(ShopRules, Zone, Pickup, Way, EarlierOrder, EarlierLine, EarlierStep),
)
