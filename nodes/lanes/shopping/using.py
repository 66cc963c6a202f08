"""What a product may be used for: "¿va al fuego?", "does it go in the oven?". Its own facts answer, never its stock."""

import re
from typing import Final

from nodes.lanes.matching import fold, words
from nodes.lanes.shopping.finding import LISTED, Found, Question, details, in_words
from nodes.lanes.shopping.products import choices, named_products, sources
from prompts.tenant import Product
from state.conversation import Reply

_PLACE: Final = (
    r"(?:fuegos?|lumbre|llamas?|brasas?|parrilla|hornillas?|fogon(?:es)?|vitro\w*|induccion|gas|horno|microondas|micro|"
    r"lavavajillas|lavaplatos|congelador|hobs?|stove|stovetop|flames?|open fire|fire|induction|oven|microwave|"
    r"dishwasher|freezer|grill|cooker|ceramic hobs?)\b"
)
_FITS: Final = (
    r"\b(?:va|van|ir|vale|valen|valdria|sirven?|serviria|aguantan?|resisten?|funcionan?|anda|apt[oa]s?|compatibles?|"
    r"puede[ns]?|puedo|podemos|podria|pongo|poner\w*|meter\w*|usar\w*|es|son|can|could|may|does|do|will|is|are|safe|"
    r"suitable|works?|fit|goes|go)\b"
)
_USE: Final = re.compile(
    rf"{_FITS}(?P<between>.{{0,60}}?)\b(?P<use>(?:para|a|al|en|sobre|con|on|in|into|with|over|for)\s+"
    rf"(?:(?:el|la|las|los|the|an?|una?|mi|my|cocinas?(?: de)?|placas?(?: de)?)\s+){{0,3}}{_PLACE}|"
    rf"(?<=es )de (?:induccion|gas)\b|{_PLACE}[ -](?:safe|proof|compatible|ready)\b)"
)
_LIKE: Final = re.compile(
    r"\b(?:(?:que|cual(?:es)?(?: es| son)?(?: el| la| las| su)?) (?:tamano|medidas?|capacidad|peso|diametro)|"
    r"cuanto (?:mide|pesa|cabe)n?|para que (?:sirve|es|vale|se usa)n?|(?:what|which) (?:size|capacity)|"
    r"how (?:big|heavy|large|tall|wide)|what (?:is|are|s) .{1,40} (?:used )?for)\b"
)
_LOOKS: Final = re.compile(
    r"\b(?:quiero|quisiera|queria|busc\w+|necesit\w+|ten[eé]is|tienen|tienes|hay|algun\w*|vend\w+|recomi\w+|cual(?:es)?|"
    r"ponme|anad\w+|want|need|looking for|you have|you sell|any|recommend|which|add|buy|i ll take)\b"
)
"""Who looks for something names what it has to be good for."""
_FEW: Final = 3


def asks_use(text: str) -> bool:
    """Tell whether the words ask what a product is good for, or how big it is, and don't look for one."""
    folded = _folded(text)
    if _LIKE.search(folded):
        return True
    return bool(_USE.search(folded)) and not _LOOKS.search(folded)


def used(asked: Question, pointed: list[Product], shown: list[Product]) -> Found | None:
    """Answer a question of use by the facts of what it names, else of what was chosen or shown.

    None where it is no such question, and where too many are meant.
    """
    if not asks_use(asked.text):
        return None
    bare = _USE.sub(lambda found: f" {found['between']} ", _folded(asked.text))
    named = named_products(asked.phrasing, bare) if words(bare) else []
    meant = named or pointed or shown
    if not 0 < len(meant) <= _FEW:
        return None
    question = Question(asked.phrasing, meant, asked.text, asked.selling)
    if len(meant) == 1:
        return details(question)
    said = "\n".join(f"• {in_words(asked.phrasing, product)}" for product in meant)
    return Found(Reply(said, sources(asked.phrasing, meant), choices(asked.phrasing, meant), LISTED), meant, meant)


def _folded(text: str) -> str:
    return " ".join(re.sub(r"['’]", " ", fold(text)).split())
