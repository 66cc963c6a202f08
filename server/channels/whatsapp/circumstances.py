"""What messages and statuses carry beside their bodies: errors, what is quoted, what led the customer here."""

from server.channels.whatsapp.items import ChannelError
from server.channels.whatsapp.tolerant import Maybe, Text, Tolerant


class ErrorData(Tolerant):
    """What an error is about."""

    details: Maybe[Text] = None


class Problem(Tolerant):
    """One of `errors[]`, of a message or a status."""

    code: Maybe[int] = None
    title: Maybe[Text] = None
    message: Maybe[Text] = None
    error_data: Maybe[ErrorData] = None

    def error(self) -> ChannelError:
        """Return it in our terms."""
        details = self.error_data.details if self.error_data else None
        return ChannelError(self.code, self.title or self.message, details)


class Product(Tolerant):
    """The product that a question is about."""

    product_retailer_id: Maybe[Text] = None


class Context(Tolerant):
    """What a message refers to."""

    id: Maybe[Text] = None
    forwarded: Maybe[bool] = None
    frequently_forwarded: Maybe[bool] = None
    referred_product: Maybe[Product] = None


class Referral(Tolerant):
    """The ad or post that led to a message."""

    source_type: Maybe[Text] = None
    source_id: Maybe[Text] = None
    source_url: Maybe[Text] = None
    headline: Maybe[Text] = None
    body: Maybe[Text] = None
