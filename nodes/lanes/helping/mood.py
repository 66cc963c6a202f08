"""Notice when a customer has had enough: a small set of rules in both languages, and what they are worth.

Measured on the demo gold set by `python -m evals.mood` (the figures are in docs/desk.md): most of those who are furious
in these words are found; who is furious politely is not, and keeps the way to a person that every answer offers.
"""

import re
from typing import Final

from nodes.lanes.matching import fold

ENOUGH: Final = 2
"""Points from which a person is offered."""

_STRONG: Final = re.compile(
    r"\b(verguenza|vergonzoso|indignad[oa]|indignante|estaf\w+|timo|ladrones|denunci\w+|abogad[oa]|demandar\w*|omic|"
    r"hoja de reclamaciones|consumo|impresentables?|inaceptable|intolerable|hart[oa]s?|furios[oa]|tomadura de pelo|"
    r"tomando el pelo|pesimo|pesima|asco|mierda|inutiles?|no vuelvo a comprar|nunca mas|"
    r"ridiculous|unacceptable|outrage\w*|disgust\w+|scam\w*|fraud|thieves|lawyer|sue|legal action|chargeback|"
    r"trading standards|furious|fed up|sick of|worst|terrible|awful|appalling|useless|joke|never again|"
    r"never buying|shit|bullshit|wtf|rip ?off)\b"
)
_WEAK: Final = re.compile(
    r"\b(mal servicio|muy mal|fatal|decepcionad[oa]|decepcion|enfadad[oa]|molest[oa]|enojad[oa]|queja\w*|reclam\w+|"
    r"otra vez|(?:segunda|tercera|cuarta|enesima) vez|(?:dos|tres|cuatro|cinco) veces|"
    r"llevo .{0,20}(?:semanas?|meses|mes)|"
    r"nadie (?:me )?(?:contesta|responde|atiende|hace caso)|ni caso|todavia nada|sigo esperando|"
    r"bad service|poor service|disappoint\w+|angry|upset|annoyed|complain\w*|complaint|again|"
    r"(?:second|third|fourth) time|"
    r"(?:two|three|four|several) times|for (?:weeks|months)|(?:nobody|no one) (?:answers|replies|cares|responds)|"
    r"still nothing|still waiting|ignor\w+)\b"
)
_SHOUTED: Final = 12
"""Letters from which capitals are shouting: an order number or OK isn't."""
_MOSTLY: Final = 0.8


def anger(text: str) -> int:
    """Return points: two for each strong word, one for each weak one, for shouting, and for rows of marks.

    >>> anger("¿dónde está mi pedido?"), anger("ES LA TERCERA VEZ QUE ESCRIBO!!!"), anger("this is a scam")
    (0, 3, 2)
    """
    folded = fold(text)
    letters = [character for character in text if character.isalpha()]
    loud = len(letters) >= _SHOUTED and sum(letter.isupper() for letter in letters) >= _MOSTLY * len(letters)
    points = 2 * len(_STRONG.findall(folded)) + len(_WEAK.findall(folded)) + loud
    return points + (re.search(r"[!?¡¿]{3,}", text) is not None)


def has_had_enough(text: str) -> bool:
    """Tell whether a person should be offered without being asked for."""
    return anger(text) >= ENOUGH
