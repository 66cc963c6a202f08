"""What the commands of the shop's people have in common: who they are, the shop's time, and what arrived."""

import asyncio
from datetime import UTC, datetime
from getpass import getuser
from typing import Final
from zoneinfo import ZoneInfo

from server.app import Laneway
from state.errors import InvalidInputError, SessionNotFoundError
from state.ids import TurnId

_PATIENCE_S: Final = 5.0
_EVERY_S: Final = 0.25
_NOBODY: Final = frozenset({"root", "nobody", "laneway"})
"""Names of machines' own users: a customer would read them."""
_ARRIVED: Final = frozenset({"sent", "delivered", "read"})
_NOT: Final = frozenset({"parked", "failed", "ambiguous"})


def operator_here(who: str) -> str:
    """Return who works here: the name that was given, else this machine's user; raises `InvalidInputError`."""
    name = who or getuser()
    if not who and name in _NOBODY:
        raise InvalidInputError(f"Nobody is called {name!r} in a shop.", hint='Say who you are: --as "Eva".')
    return name


def shop_time(ms: int, laneway_zone: str) -> str:
    """Return milliseconds since 1970 UTC as date and time in the shop's time zone, with its distance from UTC."""
    here = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(laneway_zone))
    return here.isoformat(sep=" ", timespec="seconds")


async def what_arrived(laneway: Laneway, session: str, turn: TurnId | None) -> str:
    """Return what is known of a message to a customer after a few seconds, as a sentence; empty where it is shown live.

    Only channels that deliver tell: elsewhere it is in the conversation as soon as a worker has said it.
    """
    try:
        if turn is None or not (await laneway.service.session(session)).contact:
            return ""
        async with asyncio.timeout(_PATIENCE_S):
            return await _settled(laneway, session, turn)
    except SessionNotFoundError:
        return ""
    except TimeoutError:
        return f"It is not known yet whether it arrived: `laneway sessions show {session}` tells."


async def _settled(laneway: Laneway, session: str, turn: TurnId) -> str:
    while True:
        mine = [one for one in await laneway.correspondence.deliveries(session) if one.row.turn == turn]
        if held := [one for one in mine if one.status in _NOT]:
            why = ", ".join(sorted({one.code or one.status for one in held}))
            return (
                f"It was NOT delivered ({held[0].status}: {why}). More than 24 hours after the customer's last message "
                f"only a template gets through; `laneway whatsapp` tells more."
            )
        if mine and all(one.status in _ARRIVED for one in mine):
            return "It was delivered to the channel."
        await asyncio.sleep(_EVERY_S)
