"""Ask which of several products is meant."""

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.finding import ADD, LIST, LISTED
from nodes.lanes.shopping.products import choices, lines, sources
from nodes.lanes.toolbox import Toolbox
from prompts.tenant import Product
from state.conversation import Choice, Reply


def which_of(box: Toolbox, phrasing: Phrasing, products: list[Product], key: str, quantity: int) -> Reply:
    """List the products and remember them; the text `cart_which` puts in so many of the one that is chosen."""
    listed = products[: LIST * 2]
    slots = {**box.state["slots"], "listed": " ".join(product.sku for product in listed)}
    slots["products"] = slots["listed"]
    box.change({"slots": {**slots, "pending": str(quantity)} if key == "cart_which" else slots})
    offered = [
        Choice(f"{ADD}{product.sku}:{quantity}", one.title, one.description) if key == "cart_which" else one
        for product, one in zip(listed, choices(phrasing, listed), strict=True)
    ]
    text = phrasing.say(key, list=lines(phrasing, listed))
    return Reply(text, sources(phrasing, listed), offered, awaiting=LISTED)
