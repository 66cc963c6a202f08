"""Notice a language that the shop's neighbours speak and the assistant doesn't, to say so kindly."""

import re
import unicodedata
from typing import Final

_WORDS: Final = frozenset(
    # Catalan
    "amb quina quin quins quines avui bona tarda vull voldria tornar gràcies però també molt més tanqueu obriu teniu "
    "puc sóc comanda preu teteres vermella vermelles aquest aquesta sisplau heu arribat trencada trencat "
    # Portuguese
    "boa você vocês não obrigado obrigada gostaria estão loja preço encomenda chegou hoje meu minha "
    "tem têm chaleira chaleiras panela panelas frigideira "
    # German words for what a shop sells
    "teekanne teekannen wasserkocher kaffeemühle pfanne pfannen töpfe messer tassen teller wieviel kostet "
    # Catalan and French words for what a shop sells
    "teniu teteres ganivets paelles cassoles théières théière couteaux casserole poêle bouilloire assiettes "
    # French
    "bonjour bonsoir salut coûte coute prix livraison "
    "bonjour merci quelle quel heure vous avez je suis voudrais commande où combien votre avec "
    # German
    "guten tag ich möchte wann schließen sie danke bestellung haben nicht mein meine ist und bitte "
    # Italian
    "buonasera teiere teiera coltelli pentola pentole padella bollitore tazze quanto costa volevo "
    "ciao buongiorno vorrei quando chiudete aprite grazie oggi ordine dove avete sono della perché".split()
)
"""Words of other languages that are neither Spanish nor English ones."""

_AT_LEAST: Final = 2
_WORD: Final = re.compile(r"[^\W\d_]+")


def speaks_another_language(text: str) -> bool:
    """Tell whether a text is surely neither Spanish nor English: two words of another language, a third of all.

    >>> [speaks_another_language(text) for text in ("Bona tarda, a quina hora tanqueu?", "¿a qué hora cierran?")]
    [True, False]
    """
    if _foreign_script(text):
        return True
    words = _WORD.findall(text.casefold())
    strange = sum(word in _WORDS for word in words)
    return strange >= _AT_LEAST and 3 * strange >= len(words)


def _foreign_script(text: str) -> bool:
    """Tell whether most letters of a text are of another script than the Latin one: Chinese, Arabic, Cyrillic."""
    letters = [character for character in text if character.isalpha()]
    foreign = sum(not unicodedata.name(character, "LATIN").startswith("LATIN") for character in letters)
    return 2 * foreign > len(letters)
