"""Tells the tenant's languages apart, by everything the tenant has written in them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from nodes.learned import learned
from nodes.routers.encoder import Floats
from nodes.routers.ngrams import COLUMNS, hashed, hashed_texts
from nodes.routers.phrases import phrase
from nodes.routers.softmax import fit_temperature, folds, probabilities, train_and_hold_out
from prompts.tenant import Tenant

SHORTEST_WORD: Final = 3
"""Letters from which a word tells a language: "ok" and "no" are said in all of them."""

ONE_LANGUAGE: Final = 0.9
"""Share of a word's texts from which it belongs to their language: 83 % of the demo shop's "no" are Spanish."""

RARE: Final = 1 / 1000
"""Share of the tenant's texts up to which a letter triple counts as not written: names and slips are everywhere."""

FAMILIAR: Final = 0.7
"""Share of a text's letter triples that the tenant has written in its language; below, it is none of the tenant's.

On the demo shop no nonsense is surely of a language then, many short texts in other languages aren't, and 2.2 % of its
gold set is of none; with `RARE` at half as much 1.9 %, and a quarter more of the other languages pass.
"""

UNFAMILIAR: Final = 0.02
"""Share of a tenant's own texts that may fall below, each against the others, where it has written little."""

CODE_VERSION: Final = 3
"""Part of the kept weights' name: raise it when anything in training changes."""

_NO_LANGUAGE: Final = re.compile(r"\{\w*\}|\S+[@/]\S+")
"""Placeholders, mailboxes and addresses."""


_SENTENCE: Final = re.compile(r"[.\n]+")


class TenantLanguages:
    """A `LanguageDetector` trained from the tenant's texts in the constructor, or read from `cache`, a folder.

    Training takes 0.7 s for a shop with 2,400 sentences, a text 0.06 ms.

    Measured on the demo shop against py3langid 0.4 limited to the same two languages: 46 of 46 short messages of the
    shop's own kind against 42 ("hola" is surely English to py3langid), 95.2 and 94.2 % of other people's Spanish and
    English texts of up to four words against 95.6 and 98.2 %, 98.1 and 99.9 % of longer ones against 98.8 and 99.6 %.
    """

    def __init__(self, tenant: Tenant, cache: Path | None = None) -> None:
        spoken = tenant.profile.locales
        written = [(_NO_LANGUAGE.sub(" ", text), locale) for text, locale in _written(tenant) if locale in spoken]
        self._locales = list(dict.fromkeys(locale for _, locale in written)) or [tenant.profile.default_locale]
        self._shared = _shared_words(written)
        self._triples = _counted_triples(written)
        self._least = max(1, round(len(written) * RARE))
        self._familiar = min(FAMILIAR, _least_familiar(written, self._triples, self._least + 1))
        self._weights = _learned(written, self._locales, cache)

    def detect(self, text: str) -> tuple[str, float]:
        """Return the likeliest locale and its probability.

        That is an even chance where all languages say it so, and for nonsense and other languages.
        """
        columns, values = hashed(text)
        shares = probabilities(values @ self._weights[columns])
        best = int(shares.argmax())
        locale, even = self._locales[best], 1.0 / len(self._locales)
        known = not self._says_little(text) and _familiarity(text, self._triples[locale], self._least) >= self._familiar
        return locale, float(shares[best]) if known else even

    def _says_little(self, text: str) -> bool:
        return all(len(word) < SHORTEST_WORD or not word.isalpha() or word in self._shared for word in _words(text))


def _shared_words(written: list[tuple[str, str]]) -> set[str]:
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for text, locale in written:
        for word in set(_words(text)):
            texts[word][locale] += 1
    return {word for word, counts in texts.items() if max(counts.values()) < ONE_LANGUAGE * counts.total()}


def _counted_triples(written: list[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Return by locale in how many texts each triple stands."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for text, locale in written:
        counted[locale].update(set(_triples(text)))
    return counted


def _least_familiar(written: list[tuple[str, str]], counted: dict[str, Counter[str]], least: int) -> float:
    """Return what all but `UNFAMILIAR` of the texts share with the others of their language."""
    return float(
        np.quantile([_familiarity(text, counted[locale], least) for text, locale in written] or [0.0], UNFAMILIAR)
    )


def _familiarity(text: str, counted: Counter[str], least: int) -> float:
    found = _triples(text)
    return sum(counted[triple] >= least for triple in found) / max(len(found), 1)


def _triples(text: str) -> list[str]:
    padded = [f" {word} " for word in _words(text)]
    return [word[at : at + 3] for word in padded for at in range(len(word) - 2)]


def _learned(written: list[tuple[str, str]], locales: list[str], cache: Path | None) -> Floats:
    """Return the weights, read from `cache`, a folder, when the same texts were learned before."""
    name = sha256(orjson.dumps([CODE_VERSION, written])).hexdigest()[:32]
    shape = (COLUMNS, len(locales))

    def learn() -> Floats:
        rows = hashed_texts([text for text, _ in written])
        labels = np.array([locales.index(locale) for _, locale in written], np.int64)
        weights, held_out = train_and_hold_out(rows, labels, len(locales), folds([locale for _, locale in written]))
        return np.asarray(weights / np.float32(fit_temperature(held_out, labels)), np.float32)

    return learned(
        cache / f"languages-{name}.npz" if cache else None,
        learn,
        read=lambda kept: kept["weights"] if kept["weights"].shape == shape else None,
        write=lambda weights: {"weights": weights},
    )


def _words(text: str) -> list[str]:
    return phrase(text).split()


def _written(tenant: Tenant) -> Iterator[tuple[str, str]]:
    for intent in tenant.intents:
        yield from _each(intent.examples)
        yield from ((text, locale) for locale, text in intent.description.items())
    for product in tenant.products:
        yield from ((text, locale) for locale, text in [*product.name.items(), *product.summary.items()])
        yield from _each(product.words)
    for locale, texts in tenant.texts.items():
        yield from ((text, locale) for text in texts.values())
    for page in tenant.pages:
        sentences = (sentence.strip() for sentence in _SENTENCE.split(page.body))
        yield from ((text, page.locale) for text in [page.title, page.answer, *page.words, *filter(None, sentences)])


def _each(by_locale: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    yield from ((text, locale) for locale, texts in by_locale.items() for text in texts)
