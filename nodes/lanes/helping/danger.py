"""Somebody is hurt, or something burns: what is said then, and that a person sees it first."""

import re
from typing import Final

from nodes.lanes.matching import fold

_SIGNS: Final = re.compile(
    r"\b(explot(?:o|ado|aron)|(?:ha|han) reventado|revento|exploded|blew up|blown up|"
    r"(?:en llamas|prendi(?:o|do) fuego|cogido fuego|ardiendo|incendi(?:o|ado)|caught fire|on fire|in flames)|"
    r"(?:sale|salia|salio|salido|echa|echaba|soltado|suelta|empezado a echar|hace|lleno de) (?:mucho )?humo|"
    r"smoke (?:is )?(?:coming|came|pouring)|(?:gives?|giving) off smoke|(?:is|was|s|started) smoking|"
    r"(?:salta|saltan|saltado|echa|suelta|saltaron) chispas|(?:is|was|s) sparking|sparks? (?:came|flew|coming)|"
    r"(?:me|le|nos|se) (?:ha |han |he |has |hemos )?(?:dado (?:un |una )?(?:calambr\w+|descarga)|electrocut\w+)|"
    r"(?:me|te|nos|le|os) (?:ha |han )?(?:dio|da|daba|pega|pego|pegado|solto|soltado) (?:un |una |unos |otro )?"
    r"(?:calambr\w+|descargas?|sacudidas?|chispazos?|corrientazos?|latigazos?)|"
    r"(?<!no )(?<!puede )\b(?:da|daba|dan|dio|dando|pega|pegaba) (?:un |una |unos |la )?"
    r"(?:calambr\w+|descargas|corrientazos?|chispazos?|corriente(?= (?:al|cuando|si)\b))|"
    r"(?:un|el) (?:calambrazo|corrientazo)|me electrocut\w+|"
    r"electric(?:al)? shocks?|electrocuted|(?:gave|gives|giving|given|got|getting) (?:me |us |him |her |you )?"
    r"(?:an? )?(?:nasty |small |little |bad |mild )?(?:shocks?|zaps?)|(?:zapped|shocked) (?:me|us|him|her|my \w+)|"
    r"(?:shocks|zaps) (?:me|you|us)|"
    r"(?:me|nos) (?:he|ha|hemos) (?:quemado|cortado|herido|intoxicado|clavado)|me (?:queme|corte)|"
    r"(?:se|le) (?:ha |han )?(?:quemado|cortado|quemo|corto) (?:la|el|una|un) (?:man[oa]s?|dedos?|brazo|cara|pie)|"
    r"(?:se|le) (?:ha|han) (?:quemado|cortado|herido) con|quemaduras?|sangr(?:ando|e)|bleeding|"
    r"(?:cut|burnt|burned|scalded|hurt|injured) (?:myself|himself|herself|me|my (?!budget)\w+)|"
    r"(?:cristal(?:es)?|vidrios?|metal) en (?:la|el|mi) (?:comida|sopa|cafe|plato|boca|leche|ensalada)|"
    r"(?:glass|metal) in (?:the|my|our) (?:food|soup|coffee|mouth|meal|drink|salad))\b"
)


def in_danger(text: str) -> bool:
    """Tell whether somebody was hurt or something burns or burst, by the customer's words.

    >>> in_danger("me ha explotado la olla"), in_danger("the toaster caught fire"), in_danger("¿puede explotar?")
    (True, True, False)
    """
    return _SIGNS.search(fold(text).replace("’", "'").replace("'", " ")) is not None
