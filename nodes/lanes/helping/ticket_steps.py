"""Tickets in the conversation: which one is meant, and what is to be done about it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from nodes.lanes.consent import consent
from nodes.lanes.helping.broken import is_broken
from nodes.lanes.helping.followed import added, adds
from nodes.lanes.helping.numbers import order_in
from nodes.lanes.helping.reaching import ASKED_REACH, is_reach, reached, with_reach
from nodes.lanes.helping.talk import Talk, substance
from nodes.lanes.helping.tickets import (
    ASKED_PROBLEM,
    OPEN,
    AddToTicket,
    CloseTicket,
    LookUpTicket,
    OpenTicket,
    add_to_ticket,
    close_ticket,
    latest_ticket,
    look_up_ticket,
    open_ticket,
    ticket_choice,
)
from nodes.lanes.toolbox import Done
from state.conversation import Reply
from state.desk import CASE_NUMBER, case_number

ASKED_MORE: Final = "ticket_more"

_WISHES: Final = tuple(
    "abr abierta crea pon incidenci ticket tique caso reclam queja parte solicitud consulta registr dejar constancia "
    "anad agreg cierra cerrar nuev escrit favor "
    "open creat rais log case file support submit issue request add close append update please new writing problem "
    "formal".split()
)
"""What words begin with that ask for a ticket and don't say what it is about."""
_ENOUGH: Final = 2
_LONGEST: Final = 500


async def ticket_reply(talk: Talk) -> Reply | None:
    """Return the answer to a turn about a ticket, None to any other."""
    number = case_number(talk.text, "ticket")
    if talk.ports.cases is None or (number is None and case_number(talk.text, "return")):
        return None
    if reply := await _answer(talk):
        return reply
    if number and adds(talk.text) and added(CASE_NUMBER.sub(" ", talk.text)):
        return await _add(talk, number, talk.text)
    step = _STEPS.get(talk.action or "")
    if step is not None and not is_broken(talk):
        return await step(talk, number)
    if number is None:
        return None
    rest = substance(CASE_NUMBER.sub(" ", talk.text), _WISHES)
    return await (_look_up(talk, number) if len(rest) <= _ENOUGH else _add(talk, number, talk.text))


async def _answer(talk: Talk) -> Reply | None:
    """Return what becomes of an answer to our question, and of a way to be reached that follows a ticket."""
    answered = _ANSWERED.get(talk.awaiting or "")
    if answered and talk.text and talk.action not in _STEPS:
        return await answered(talk)
    given = is_reach(talk.text) and consent(talk.text) is None and talk.state["ticket_id"] is not None
    if (talk.awaiting == ASKED_REACH and is_reach(talk.text)) or (given and talk.action == "open_ticket"):
        return await reached(talk)
    return None


async def _open(talk: Talk, number: str | None = None) -> Reply:
    if number is not None:
        return await _look_up(talk, number)
    if talk.tapped or (not substance(talk.text, _WISHES) and _was_offered(talk)) or consent(talk.text) == "yes":
        problem = _last_said(talk)
        return await _opened(talk, problem) if problem else _ask(talk)
    said = substance(talk.text, _WISHES)
    return await _opened(talk, talk.text) if len(said) >= _ENOUGH else _ask(talk)


def _was_offered(talk: Talk) -> bool:
    """Tell whether the last answer was one that offers to leave it with the team."""
    before = talk.state["turns"][-2:-1]
    intent = talk.ports.tenant.intent(before[0].intent) if before else None
    return intent is not None and intent.answer.errand


async def _described(talk: Talk) -> Reply:
    if consent(talk.text) == "no":
        return Reply(talk.says("confirm_declined"), choices=talk.phrasing.offer_person())
    return await _opened(talk, talk.text)


def _ask(talk: Talk) -> Reply:
    return Reply(talk.says("ticket_ask_problem"), awaiting=ASKED_PROBLEM)


async def _opened(talk: Talk, problem: str) -> Reply:
    order = order_in(problem) or talk.slots.get("order", "")
    wish, _, rest = problem.partition(":")
    if rest and not substance(wish, _WISHES):  # "open a ticket: the kettle leaks" is about the kettle
        problem = rest.strip()
    used = await talk.use(open_ticket, OpenTicket(problem=problem[:_LONGEST], order=order))
    told = talk.answer(used, refused="ticket_not_yours")
    return with_reach(talk, told) if isinstance(used, Done) else told


async def _look_up(talk: Talk, number: str | None) -> Reply:
    return talk.answer(await talk.use(look_up_ticket, LookUpTicket(ticket=number)), refused="ticket_not_yours")


async def _close(talk: Talk, number: str | None) -> Reply:
    number = number or await _latest(talk)
    if number is None:
        return Reply(talk.says("ticket_none"), choices=ticket_choice(talk.phrasing))
    return talk.answer(await talk.use(close_ticket, CloseTicket(ticket=number)), refused="ticket_not_yours")


async def _more(talk: Talk, number: str | None) -> Reply:
    number = number or await _latest(talk)
    if number is None:
        return await _open(talk)
    rest = CASE_NUMBER.sub(" ", talk.text)
    if len(substance(rest, _WISHES)) >= _ENOUGH or (adds(rest) and len(added(rest).split()) >= _ENOUGH):
        return await _add(talk, number, talk.text)
    talk.box.change({"ticket_id": number})
    return Reply(talk.says("ticket_ask_more", ticket=number), awaiting=ASKED_MORE)


async def _add(talk: Talk, number: str | None, words: str) -> Reply:
    if number is None:
        return await _opened(talk, words)
    used = await talk.use(add_to_ticket, AddToTicket(ticket=number, words=words[:_LONGEST]))
    return talk.answer(used, refused="ticket_not_yours")


async def _latest(talk: Talk) -> str | None:
    found = await latest_ticket(talk.context, statuses=OPEN)
    return found.number if found else None


async def _told_more(talk: Talk) -> Reply:
    return await _add(talk, talk.state["ticket_id"], talk.text)


_ANSWERED: Final[Mapping[str, Callable[[Talk], Awaitable[Reply]]]] = {ASKED_PROBLEM: _described, ASKED_MORE: _told_more}
_STEPS: Final[Mapping[str, Callable[[Talk, str | None], Awaitable[Reply]]]] = {
    "open_ticket": _open,
    "close_ticket": _close,
    "add_to_ticket": _more,
    "ticket_status": _look_up,
}


def _last_said(talk: Talk) -> str:
    """Return what the customer last said about their trouble: a tap on a button says nothing of it."""
    if _was_offered(talk):
        return talk.state["turns"][-2].text
    small = {"talk_to_person", "greeting", "thanks", "goodbye", "back_to_bot"}
    before = [
        turn for turn in talk.state["turns"][:-1] if turn.intent not in small and len(substance(turn.text)) >= _ENOUGH
    ]
    return before[-1].text if before else ""
