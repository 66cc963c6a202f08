"""How a return begins: sorry for what arrived badly, how returns go, and which order it is."""

from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import says, words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.proof import NUMBER
from prompts.tenant import Product
from state.conversation import Reply

_BADLY: Final = frozenset({"damaged-item", "wrong-item"})
_SURE_FROM: Final = 2
"""Words of its name by which one product is surely meant; one may be any word, such as a colour."""


def introduction(phrasing: Phrasing, text: str) -> Reply:
    """Return the question for the order of a return that `text` begins."""
    steps = phrasing.say("return_steps", days=phrasing.tenant.profile.return_days)
    return Reply("\n\n".join([sorry(phrasing, text), steps, phrasing.say("return_ask_order")]), awaiting=NUMBER)


def sorry(phrasing: Phrasing, text: str) -> str:
    """Return the first words to a customer who returns something: sorry where it arrived broken or wrong."""
    pages = [page for page in phrasing.tenant.pages if page.slug in _BADLY]
    if not any(says(text, word) for page in pages for word in page.words):
        return phrasing.say("return_start")
    product = one_product(phrasing, text)
    return phrasing.say("return_intro", product=phrasing.name(product)) if product else phrasing.say("return_intro_any")


def one_product(phrasing: Phrasing, text: str) -> Product | None:
    """Return the product that is surely meant, if one is."""
    named = Knowledge.of(phrasing.tenant).named(text)
    sure = len(named) == 1 and len(named[0].shared & _called(named[0].item, text)) >= _SURE_FROM
    return named[0].item if sure else None


def _called(product: Product, text: str) -> set[str]:
    """Return the words by which a product may be meant: of its names, and of what else it's called where all are said.

    "Un hervidor roto" isn't the one that some call off-white ("blanco roto").
    """
    said = set(words(text))
    nicknames = [set(words(one)) for some in product.words.values() for one in some]
    names = [set(words(name)) for name in product.name.values()]
    return set[str]().union(*names, *(one for one in nicknames if one <= said))
