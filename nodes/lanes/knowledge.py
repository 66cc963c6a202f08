"""What a tenant knows, ready to be searched: products, categories and pages."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from nodes.lanes.matching import Index, Match, words
from prompts.tenant import Category, Page, Product, Tenant


@dataclass(frozen=True, eq=False, slots=True)
class Knowledge:
    """Indexes over one tenant's files.

    Attributes:
        twins: words that two languages use for other things, as "pan" is.
        abroad: the words that only other languages than the shop's have for what it sells.
    """

    products: Index[Product]
    kinds: Index[Product]
    details: Index[Product]
    categories: Index[Category]
    pages: Index[Page]
    twins: dict[str, dict[str, frozenset[int]]]
    abroad: frozenset[str]

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        """Return the indexes of `tenant`, made once for each tenant object."""
        return _indexes(_ById(tenant))  # type: ignore[return-value] # lru_cache forgets the subclass

    def named(self, text: str, locale: str = "") -> list[Match[Product]]:
        """Return the products that `text` names, all that share most of its words.

        Words of its name, its category's title and what else people call it come first, then the category's other
        words: "scale" is the scale, though all small appliances are found by it. Words of its summary decide between
        products that share as many of those. A word that means something else in another language of the shop means
        what it does in `locale`.
        """
        details = {id(match.item): match.shared for match in self.details.find(text, share=0.0)}
        named, kinds = self._meant(self.products, text, locale), self._meant(self.kinds, text, locale)
        most = max((len(match.shared) for match in named + kinds), default=0)
        if all(len(match.shared) < most for match in named):
            named = kinds
        named = [
            Match(match.item, match.weight, match.shared | details.get(id(match.item), frozenset()))
            for match in named
            if len(match.shared) == most
        ]
        most = max((len(match.shared) for match in named), default=0)
        return [match for match in named if len(match.shared) == most]

    def _meant(self, index: Index[Product], text: str, locale: str) -> list[Match[Product]]:
        found = index.find(text, share=0.0)
        twins = {word: own[locale] for word in words(text) if locale in (own := self.twins.get(word, {}))}
        if not twins:
            return found
        kept = [
            replace(match, shared=frozenset(w for w in match.shared if w not in twins or id(match.item) in twins[w]))
            for match in found
        ]
        return [match for match in kept if match.shared]


class _ById:
    """A tenant as a cache key: by identity, because its contents can't be hashed."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.tenant is self.tenant

    def __hash__(self) -> int:
        return id(self.tenant)


@lru_cache(maxsize=16)
def _indexes(key: _ById) -> Knowledge:
    tenant = key.tenant
    categories = {category.name: category for category in tenant.categories}
    return Knowledge(
        products=Index((product, _named(product, categories.get(product.category))) for product in tenant.products),
        kinds=Index((product, _about(product, categories.get(product.category))) for product in tenant.products),
        details=Index((product, " ".join(product.summary.values())) for product in tenant.products),
        categories=Index((category, _texts(category.title, category.words)) for category in tenant.categories),
        pages=Index((page, " ".join([page.title, page.answer, *page.words])) for page in tenant.pages),
        twins=_twins(tenant, categories),
        abroad=_abroad(tenant),
    )


def _abroad(tenant: Tenant) -> frozenset[str]:
    ours, theirs = set[str](), set[str]()
    for named in (*(one.words for one in tenant.categories), *(one.words for one in tenant.products)):
        for locale, some in named.items():
            known = ours if locale in tenant.profile.locales else theirs
            known |= set(words(" ".join(some)))
    return frozenset(theirs - ours)


def _twins(tenant: Tenant, categories: dict[str, Category]) -> dict[str, dict[str, frozenset[int]]]:
    """Return, by language, the products of each word that two languages use for other products."""
    used: dict[str, dict[str, set[int]]] = {}
    for product in tenant.products:
        for locale in tenant.profile.locales:
            for word in words(_in(locale, product, categories.get(product.category))):
                used.setdefault(word, {}).setdefault(locale, set()).add(id(product))
    return {
        word: {locale: frozenset(ids) for locale, ids in own.items()}
        for word, own in used.items()
        if len({frozenset(ids) for ids in own.values()}) > 1
    }


def _in(locale: str, product: Product, category: Category | None) -> str:
    own = [product.name.get(locale, ""), *product.words.get(locale, [])]
    return " ".join([*own, category.title.get(locale, ""), *category.words.get(locale, [])] if category else own)


def _named(product: Product, category: Category | None) -> str:
    named = _texts(product.name, product.words)
    return f"{named} {_texts(category.title, {})}" if category else named


def _about(product: Product, category: Category | None) -> str:
    named = _texts(product.name, product.words)
    return f"{named} {_texts(category.title, category.words)}" if category else named


def _texts(titles: dict[str, str], words: dict[str, list[str]]) -> str:
    return " ".join([*titles.values(), *(word for some in words.values() for word in some)])
