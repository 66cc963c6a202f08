"""A buyer who doesn't know, won't say, asks why, or names nobody, at a step of the checkout: helped, never trapped."""

import re
from typing import Final, Literal

from nodes.lanes.consent import CONFIRMATION
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.corrections import plain
from nodes.lanes.shopping.form_questions import ADDRESS, BUYER, STEPS
from nodes.lanes.shopping.order_form import OrderForm
from nodes.shop.ownership import email_in, phone_in
from state.conversation import Choice, Reply

Hesitation = Literal["unsure", "why", "nobody", "bad_email", "bad_phone"]

_UNSURE: Final = re.compile(
    r"(?:(?:pues|es que|uf|uy|ay|mmm+|eh|hm+|er|um|well|sorry|perdona|lo siento|no|ahora mismo|right now) )*"
    r"(?:(?:yo )?(?:no|ni) (?:lo |la |me lo |me la )?(?:se|recuerdo|tengo|conozco)"
    r"(?: (?:ni idea|cual es|seguro|aun|todavia|ahora|mi|el|la|su|de|un|una|uno|ningun[oa]?|eso|correo|email|mail|"
    r"telefono|movil|direccion|codigo|postal|numero|memoria|mano|a|aqui))*|no me (?:acuerdo|lo se)(?: .{0,30})?|"
    r"(?:ni|no tengo ni) (?:idea|puta idea)|ni idea|(?:no )?estoy (?:segur[oa]|dudando)|no estoy segur[oa]|depende|"
    r"(?:prefiero|quiero|me gustaria) no (?:dar\w*|decir\w*|ponerl[oa])(?: .{0,30})?|"
    r"no (?:te |os )?(?:l[oa] |los )?(?:quiero|pienso|voy a) (?:dar\w*|decir\w*|poner\w*)(?: .{0,30})?|cualquiera|"
    r"da igual|ningun[oa]|nada|none|nothing|"
    r"i (?:really )?(?:don t|do not|dont) (?:know|remember|have|recall)(?: (?:it|one|that|any|yet|my|the|an?|"
    r"his|her|their|e ?mail|phone|number|address|postcode|here|now|sorry|exact|exactly|off|hand))*|"
    r"i (?:can t|cannot) (?:remember|recall|say)(?: .{0,30})?|(?:i m )?not sure(?: .{0,30})?|no idea|dunno|no clue|"
    r"i (?:have )?no idea(?: .{0,20})?|i (?:forgot|forget)(?: .{0,30})?|don t (?:know|have one|have any)|it depends|"
    r"(?:i d|i would) (?:rather|prefer) not(?: .{0,30})?|whatever|any|"
    r"i (?:don t|do not|won t) (?:want to|wanna|like to)? ?(?:say|give|tell)(?: .{0,40})?|"
    r"i won t (?:say|give|tell).{0,30})"
    r"(?: (?:gracias|thanks|sorry|lo siento|la verdad))*"
)
_WHY: Final = re.compile(
    r"(?:(?:y|and|pero|but|perdona|sorry) )*(?:(?:para|por) que(?: (?:lo|la|los|me|se|te|hace falta|es necesario|"
    r"necesit\w+|quer\w+|quier\w+|ped\w+|pid\w+|pregunt\w+|mi|el|la|correo|email|telefono|nombre|direccion|eso|tanto|"
    r"dato|datos))*|(?:what for|why)(?: (?:do|does|is|would|need|needs|you|it|that|my|the|want|ask|asking|for|to|know|"
    r"necessary|e ?mail|phone|name|address|number|are|this|should|i|give))*|"
    r"what (?:do|would) you (?:need|want) .{1,40} for)"
)
_KIN: Final = (
    r"herman[oa]s?|madre|mama|padre|papa|abuel[oa]s?|amig[oa]s?|novi[oa]s?|mujer|marido|espos[oa]|pareja|hij[oa]s?|"
    r"suegr[oa]s?|prim[oa]s?|vecin[oa]s?|jef[ea]|cunad[oa]|familia|mum|mom|mother|dad|father|brother|sister|friend|"
    r"girlfriend|boyfriend|wife|husband|partner|son|daughter|neighbou?r|boss|family|grandma|grandmother|grandfather|cousin|aunt|uncle"
)
_NOBODY: Final = re.compile(
    rf"(?:(?:es|sera|seria|para|a|en|la|el|casa|de|del|it s|it is|that s|for|to|at|the|pues|well) )*"
    rf"(?:(?:mi|su|tu|un|una|my|his|her|our|a|an) (?:{_KIN})(?: s)?(?: (?:place|house|home|casa))?|"
    rf"(?:yo(?: mism[oa])?|mi(?: mism[oa])?|me|myself|ell?a?|ellos|him|her|them|alguien|someone|somebody|"
    rf"(?:mi|my) (?:casa|house|home|place)|aqui|here|home|casa))"
)
"""Who is meant is clear to the customer alone: "mi hermano", "my place"."""


def hesitation(text: str, awaiting: str | None) -> Hesitation | None:
    """Return what keeps a buyer from answering the question of a step; None where they answer, or say something else.

    >>> hesitation("no lo sé", "buy_address"), hesitation("my brother", "buy_buyer"), hesitation("ana@", "buy_buyer")
    ('unsure', 'nobody', 'bad_email')
    """
    if awaiting not in {*STEPS, CONFIRMATION}:
        return None
    said = plain(text)
    if _UNSURE.fullmatch(said):
        return "unsure"
    if awaiting in {ADDRESS, BUYER} and _WHY.fullmatch(said):
        return "why"
    if awaiting in {ADDRESS, BUYER} and _NOBODY.fullmatch(said):
        return "nobody"
    return _misspelt(text) if awaiting == BUYER and "?" not in text else None


def _misspelt(text: str) -> Hesitation | None:
    if email_in(text) or phone_in(text):
        return None
    if "@" in text and len(text.split()) <= _FEW:
        return "bad_email"
    digits = sum(map(str.isdigit, text))
    return "bad_phone" if digits >= _FEW_DIGITS and not any(map(str.isalpha, text)) else None


def helped_on(what: Hesitation, awaiting: str, form: OrderForm, phrasing: Phrasing, asked: Reply) -> Reply:
    """Return a word that helps, the question again, and the ways out: collecting, a person, leaving it."""
    word = phrasing.say(_word(what, awaiting, form))
    ways = [*asked.choices]
    if awaiting == ADDRESS and form.rules.pickup:
        ways.append(Choice("checkout:pickup", phrasing.say("choice_pickup")))
    ways += phrasing.offer_person()
    if len(ways) < _BUTTONS:
        ways.append(Choice("cart:empty", phrasing.say("choice_empty")))
    return Reply(f"{word} {asked.text}", asked.sources, ways, asked.awaiting)


def _word(what: Hesitation, awaiting: str, form: OrderForm) -> str:
    if what in {"why", "bad_email", "bad_phone"}:
        return f"order_{what}"
    if awaiting == ADDRESS:
        return "order_no_address"
    if awaiting == BUYER:
        return "order_no_reach" if form.slots.get("name") else "order_no_name"
    return "order_unsure"


_FEW: Final = 4
_FEW_DIGITS: Final = 4
_BUTTONS: Final = 3
