"""What `shop.yaml` can't show by itself: products that the catalogue has, and ways to pay that there are."""

from collections.abc import Iterator

from prompts.files import Draft
from prompts.findings import Finding, did_you_mean


def check_shop(draft: Draft) -> Iterator[Finding]:
    """Yield what earlier orders name and isn't there."""
    if draft.shop is None:
        return
    skus = [entry.value.sku for entry in draft.products]
    ways = [way.name for way in draft.shop.value.payment]
    for place, order in enumerate(draft.shop.value.earlier):
        for at, line in enumerate(order.lines):
            if skus and line.sku not in skus:
                fix = did_you_mean(line.sku, skus) or "Use a SKU of catalogue.yaml, or add the product there."
                message = f"The catalogue has no product {line.sku!r}."
                yield draft.shop.finding(message, fix, "earlier", place, "lines", at, "sku")
        if order.way not in ways:
            fix = did_you_mean(order.way, ways) or f"Use one of {', '.join(ways)}."
            yield draft.shop.finding(f"There is no way to pay called {order.way!r}.", fix, "earlier", place, "way")
