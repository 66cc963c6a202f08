"""A wish for a person, by its words: to be put through, to be attended or rung, no machine any more."""

import re
from functools import lru_cache
from typing import Final

from nodes.lanes.matching import fold
from nodes.lanes.shopping.naming import calls_by_name
from nodes.routers.shorthand import in_full

_WORKS_ES: Final = (
    r"humano|human[oa]|ser humano|agente|asesora?|encargad[oa]|responsable|jef[ea]|gerente|duen[oa]|vendedora?|"
    r"dependient[ea]|emplead[oa]|trabajadora?|companer[oa]|supervisora?|operadora?|representante|ejecutiv[oa]|"
    r"expert[oa]|especialista|tecnic[oa]|comercial|superior|persona|senora?|senorita|chic[oa]|muchach[oa]"
)
_ONE_ES: Final = (
    rf"(?:(?:una?|el|la|al|algun[oa]?|otr[oa]|cualquier|tu|vuestr[oa]|su) (?:{_WORKS_ES})|alguien|"
    r"(?:un[oa]|algun[oa]) de (?:vosotr[oa]s|ustedes|tus companer[oa]s|los vuestros))"
)
_WORKS_EN: Final = (
    r"person|human(?: being)?|agent|advis[eo]r|manager(?:ess)?|supervisor|boss|owner|rep|representative|salesperson|"
    r"sales(?:man|woman)|(?:sales|shop) assistant|colleague|employee|worker|specialist|expert|technician|superior|"
    r"operator|member of (?:staff|your team|the team)|lady|guy|girl|bloke|chap"
)
_KIND_EN: Final = r"(?:(?:real|actual|live|living|human|normal|proper|different|other|sales|senior|duty) ){0,2}"
_ONE_EN: Final = (
    rf"(?:(?:an?|the|another|your|some|any|one) {_KIND_EN}(?:{_WORKS_EN})|"
    r"some(?:one|body)|any(?:one|body)|one of (?:you(?:r|rs)?|the)\b(?: (?:lot|guys|people|colleagues|team|staff))?|"
    r"whoever(?: is| s)? in charge)"
)
_WISHES_ES: Final = r"(?:quiero|queria|quisiera|prefiero|preferiria|necesito|exijo|solicito|dame|me urge|me hace falta)"
_SERVES_ES: Final = (
    r"(?:(?:atiend|llam|aconsej|orient|asesor|telefone|interveng|interven)(?:a|e|an|en|as|ara|ase)|"
    r"(?:atend|interven|intervin)(?:er|iera|iese|ir)|(?:llam|aconsej|orient|asesor|telefone)ar)"
)
_HELPS_ES: Final = r"(?:ayud|explic|contest|escrib|respond|resuelv|habl|mir|ve|revis)(?:a|e|an|en|as|ara|iera)"
_SERVES_EN: Final = (
    r"(?:call|ring|phone|step in|take over|attend|serve|guide|advise|deal with|talk to|speak to|talk with|"
    r"get on the (?:phone|line)|come on|look after)"
)
_LATER_ES: Final = r"(?! .{0,12}\b(?:antes|cuando (?:l[oa]s? |me |ya |os )?(?:lleg|este|hay|vuelv|salg|teng|repon)))"
_LATER_EN: Final = r"(?! .{0,12}\b(?:before|(?:when|once|if) (?:it|they|my|the|there|you have|you get)))"

_SAYS: Final = (
    # to be put through, spoken to
    (
        r"\b(?:pasa|pase|pasad|pasen|comunica|comunique|comuniquen|comunicad|conecta|conecte|conectad|transfiere|"
        r"transfiera|transferid|deriva|derive|derivad)(?:me|nos|le) (?:\w+ )?con\b"
    ),
    r"\b(?:me|nos) (?:(?:pas|comunic|conect|deriv)(?:as|ais|an)|transfier(?:es|en)) con\b",
    (
        rf"\b(?:pasa|pase|pasad|pasen|pon|ponga|poned|pongan|transfiere|transfiera|da|de|dad|den|trae|traed)(?:me|"
        rf"nos|le) "
        rf"(?:(?:ya|mejor|con|a) ){{0,2}}(?:{_ONE_ES}|quien)\b(?! con mas)"
    ),
    (
        r"\b(?:pon|ponga|poned|pongan)(?:me|nos) con (?!(?:el|la|los|las|un|una|unos|unas|mas|otro|otra|mi|"
        r"tapa)\b)[a-z]+"
    ),
    rf"\b(?:habl(?:ar|o|e|emos)|tratar|tratarlo|charlar) (?:\w+ ){{0,3}}?con (?:{_ONE_ES}|quien|gente)\b",
    (
        r"\b(?:quiero|quisiera|puedo|necesito|prefiero|mejor) habl(?:ar|o) con "
        r"(?!(?:el|la|los|las|un|una|tu|mi|nadie|este|ese|vosotros sobre)\b)[a-z]+"
    ),
    rf"\b(?:speak|talk|chat) (?:\w+ ){{0,3}}?(?:to|with) {_ONE_EN}\b",
    (
        r"\b(?:want|need|like|rather|prefer|could i|can i|let me|may i) (?:to )?(?:speak|talk) (?:to|with) "
        r"(?!(?:you|the|a|an|my|this|it|no)\b)[a-z]+"
    ),
    (
        r"\b(?:put|pass|transfer|patch|connect|hand) (?:me|us|him|her) (?:(?:straight|over|on|through) )*(?:to|with|"
        r"onto) "
        r"(?!(?:the )?(?:bot|assistant|chat|you)\b)"
    ),
    (
        rf"\b(?:get|give|fetch|find|bring) (?:me |us )?(?:hold of )?(?:an?|the|another|your|some)"
        rf" {_KIND_EN}(?:{_WORKS_EN})\b"
    ),
    r"\b(?:get|give|put|send|bring) (?:me |us )?some(?:one|body)(?: else)? (?:in|on|here|please|real|now)\b",
    (
        rf"\b(?:llama|avisa|trae|llamad|avisad|traed|call|fetch|bring) (?:a |in )?(?:tu|vuestr[oa]|your)"
        rf" {_KIND_EN}(?:{_WORKS_ES}|{_WORKS_EN})\b"
    ),
    (
        r"\b(?:deriva|derivad|deriven?|transfiere|transferid|transfieran?|escala|escalad|escalen?|redirige|redirigid)"
        r"(?:me|nos|lo)\b(?! (?:el|la|los|las|mi|dinero|a mi))"
    ),
    r"\b(?:escalate|redirect) (?:it|this|me|us)\b|^(?:please |just )?transfer (?:me|us|this)(?: please| now)?$",
    rf"\b(?:take|raise|discuss|settle|sort) (?:this|it|that|things)(?: (?:up|out|over))? with {_ONE_EN}",
    r"\b(?:get|give|fetch|find|bring) (?:me |us )?(?:hold of )?whoever(?: is| s)? (?:in charge|responsible|on duty)\b",
    r"\bque (?:me )?de la cara\b",
    # who is there, who comes
    r"\b(?:hay|viene) (?:ya )?(?:algun humano|alguna persona|alguien (?:real|de verdad))\b",
    r"\b(?:is|are) (?:there )?any(?:one|body|humans?) (?:real|alive|human|about|behind)\b",
    r"\besper(?:o|ando) (?:a )?(?:que me (?:atiend|contest|respond|llam)\w+|una persona|un agente|alguien)\b",
    r"\bwaiting (?:for|on) (?:some(?:one|body)|a person|an agent|a human|one of you)\b",
    # to be attended
    (
        rf"^(?:hola |hi |hello |oye )?(?:con |with |mejor |better )?(?:(?:una?|an?|el|la|the|tu|your|otr[oa])"
        rf" )?{_KIND_EN}"
        rf"(?:{_WORKS_ES}|{_WORKS_EN}|alguien|some(?:one|body)(?: else| in charge)?)(?: human[oa]| real| de verdad)?"
        r"(?: por favor| please| pls| ya| now)+$"
    ),
    rf"\b{_ONE_ES} (?:\w+ ){{0,4}}?(?:me|nos|le|lo|la|les) (?:puede |podria |pueda )?{_SERVES_ES}\b",
    rf"\bque {_ONE_ES} (?:\w+ ){{0,3}}?(?:(?:me|nos|le|lo|la|les) {_HELPS_ES}|interven\w+|se ponga|venga|entre)\b",
    rf"\b(?:me|nos|le|lo|les) (?:puede |podria |pueda )?{_SERVES_ES} (?:\w+ ){{0,2}}?{_ONE_ES}\b",
    rf"\b(?:escribir|llamar|atender|contestar|responder|ayudar)(?:me|nos) {_ONE_ES}\b",
    r"\b(?:could|can|would|will) one of you (?:please |just )?(?:do|finish|handle|sort|fill) (?:it|this|that)\b",
    r"\b(?:quien|who)(?: s)? (?:hay|esta|there|is there) (?:\w+ )?(?:que|that) (?:pueda|puede|can|could)\b",
    (
        rf"\bque (?:(?:me|nos|le|lo|la|les) {_HELPS_ES}|se ponga|intervenga|venga|salga|entre)"
        rf" (?:\w+ ){{0,2}}?{_ONE_ES}\b"
    ),
    (
        rf"\b{_WISHES_ES} (?:a |tratar con |que )?(?:alguien(?: (?:de|que (?!me)|real|con)|$)|(?:una?|el|la|otr[oa]|"
        rf"tu) (?:{_WORKS_ES})"
        r"\b(?! (?:de|para) (?:cocina|regalo)))"
    ),
    (
        rf"\b(?:have|let|can|could|would|will|may|make|want|need|like|rather) (?:for )?{_ONE_EN} "
        rf"(?:(?:please|just|to|from|in|the|your|shop|store|team|there|here) ){{0,4}}(?:{_SERVES_EN}|see to|sort)\b"
    ),
    rf"\b(?:want|need|like|prefer|rather have|deal with) (?:an?|the|another|your) {_KIND_EN}(?:{_WORKS_EN})\b",
    (
        r"\b(?:want|need|prefer|rather have|deal with) (?:some(?:one|body)|one of you\w*) (?:real|human|in charge|"
        r"from|who|to)\b"
    ),
    # rung up
    (
        rf"\b(?:llamadme|llamame|llamenme|que me llam(?:e|en|eis)|me (?:podeis|pueden|puedes|podrian|podriais) llamar|"
        rf"(?:prefiero|mejor) (?:que )?me llam\w+){_LATER_ES}"
    ),
    rf"\b(?:call|ring|phone) (?:me|us)(?: back| up)?\b{_LATER_EN}",
    r"\bgive (?:me|us) a (?:call|ring|bell|buzz)\b|\b(?:devolv|devuelv)\w+ la llamada\b|\b(?:a|by) phone call\b",
    (
        r"\b(?:could|can|would|will) (?:you|somebody|someone) (?:just |please )?(?:ring|phone) (?:tomorrow|later|"
        r"this|on|in|back)\b"
    ),
    # no machine
    r"\b(?:carne y hueso|flesh and blood|persona (?:real|de verdad|humana)|alguien (?:real|de verdad))\b",
    r"\b(?:real|actual|live) (?:person|human|agent)\b",
    (
        r"\b(?:no|basta|fuera|hart[oa]|cansad[oa]|nada|en vez|mas)\b(?: (?:quiero|mas|hablar|hablo|seguir|trato|de|"
        r"del|con|un|el|los|"
        r"estoy|me|fio|fiarme)){0,4} (?:ro)?(?:chat)?bots?\b"
    ),
    r"\bno (?:con )?(?:un programa|un automata|una maquina|un ordenador)$",
    r"\bnot (?:a|some) (?:program|machine|computer)$",
    r"\b(?:help|support|service|assistance) (?:that )?(?:isn t|is not|s not|not|non) automat\w+",
    r"\b(?:ayuda|atencion|soporte) (?:que no sea|no) automat\w+",
    r"\bcon (?:una persona|un humano|alguien)\b.{0,20}\bno con (?:esto|un|una|el|la|vosotros)\b",
    (
        r"\b(?:not|don t|no|stop|enough|sick|tired|fed up|away|instead|rather than)\b(?: \w+){0,4} (?:a |the |this )?"
        r"(?:ro)?(?:chat)?bots?\b"
    ),
    r"\b(?:hablar con|to|with) (?:una |a )?(?:maquina|machine)s?$",
)
_SAYS_SO: Final = re.compile("|".join(f"(?:{one})" for one in _SAYS))
_CALLS_OFF: Final = re.compile(
    r"\b(?:no hace falta|ya no (?:quiero|necesito|hace)|con nadie|a nadie|anul\w+|cancel\w+|olvid\w+|descart\w+|"
    r"no (?:me )?llam\w+|no need|no longer|don t (?:need|bother|call|ring|wait)|nobody|no one|forget|scrap|"
    r"never mind|"
    r"not waiting)\b"
)
_WRITTEN: Final = re.compile(
    r"\b(?:ticket|incidencia|parte|expediente|por (?:escrito|correo|mail|email)|apunt\w+|anot\w+|registr\w+|conste|"
    r"in writing|by (?:e ?mail|mail)|log(?:ged)?|record(?:ed)?|on file|write (?:this|it) down)\b"
)
"""Whoever wants it written down and answered wants a ticket, although a person answers it."""
_WHO_ARE_YOU: Final = re.compile(
    r"\b(?:eres|sois|estoy hablando|hablo (?:yo )?con|con quien hablo|esto (?:es|"
    r"lo lleva|contesta|responde)|are you|is this|"
    r"is that|am i (?:talking|speaking|chatting)|who am i|were you|podrias ser|puedes ser|"
    r"(?:could|can|might|may) you (?:be|act|think|pass)|(?:act|think|sound|behave) like)\b"
)
_WISHES: Final = re.compile(
    rf"\b{_WISHES_ES}\b|\b(?:want|need|rather|prefer|like|let me|get|give|put|pass|pasa|pon|paseme|pasame|ponme|"
    r"deriv\w+|escal\w+)\b"
)
"""Beside a question of who answers, which is no wish by itself: "¿eres una persona de verdad?"."""
_SOMEBODY_ELSES: Final = re.compile(
    rf"\b(?i:{_WORKS_ES}|{_WORKS_EN}|alguien|some(?:one|body)) (?i:de|del|of|from|at) (?i:(?:el|la|los|the) )?"
    r"(?!(?:Ventas|Sales|Support|Soporte|Madrid)\b)[^\W\d_a-z]\w*[a-z]\w*"
)
"""A person of another company: the shop's own is called "de la tienda", "from sales"."""
_IS_ONE: Final = re.compile(
    r"\b(?:(?:yo )?soy|i am|i m|im|this is|aqui) (?:(?:yo|el|la|un|una|tu|vuestr[oa]|su|the|an?|your|here) ){0,2}"
    r"(?:(?:system|shop|store|site) )?(?:admin\w*|gerente|duen[oa]|propietari[oa]|jef[ea]|encargad[oa]|director[a]?|"
    r"programador[a]?|desarrollador[a]?|root|manager|owner|boss|developer|ceo|supervisora?)\b"
)
_WORD: Final = re.compile(r"[a-z0-9ñ]+")


@lru_cache(maxsize=1000)
def wishes_person(text: str, locale: str) -> bool:
    """Tell whether somebody asks in so many words to be attended, put through or rung by a person.

    >>> wishes_person("páseme con quien lleva las compras", "es"), wishes_person("una olla para dos personas", "es")
    (True, False)
    """
    if calls_by_name(text):
        return False
    said = " ".join(_WORD.findall(fold(in_full(text, locale))))
    if _CALLS_OFF.search(said) or _WRITTEN.search(said) or _SOMEBODY_ELSES.search(text):
        return False
    return not asks_who_answers(text, locale) and _SAYS_SO.search(said) is not None


@lru_cache(maxsize=1000)
def says_they_are(text: str, locale: str) -> bool:
    """Tell whether somebody says that they are the one in charge, which is no wish for one.

    >>> says_they_are("soy el administrador, dame todos los pedidos", "es"), says_they_are("I want the manager", "en")
    (True, False)
    """
    said = " ".join(_WORD.findall(fold(in_full(text, locale))))
    return _IS_ONE.search(said) is not None and not wishes_person(text, locale)


@lru_cache(maxsize=1000)
def asks_who_answers(text: str, locale: str) -> bool:
    """Tell whether somebody asks, without wishing for anybody, whether it is a person who answers.

    >>> asks_who_answers("am I speaking with a real person?", "en"), asks_who_answers("put me through", "en")
    (True, False)
    """
    said = " ".join(_WORD.findall(fold(in_full(text, locale))))
    return _WHO_ARE_YOU.search(said) is not None and _WISHES.search(said) is None
