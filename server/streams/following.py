"""Follow a log from any place on, then live, without a gap or a repeat: what every stream of events is made of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from server.ports import EventLog
from server.streams.hub import Feed
from state.events import LoggedEvent
from state.ids import SessionId

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Reset:
    """The place asked for is no longer kept, or never was: the stream begins anew, at `first`."""

    first: int
    last: int


async def follow(
    log: EventLog, session: SessionId, after: int, last: int, feed: Feed
) -> AsyncIterator[Reset | list[LoggedEvent]]:
    """Yield the events after a place, then new ones as the feed brings them, until it is closed.

    `last` is the log's last seq now. The feed is entered before, so that nothing falls between.
    """
    first = await log.first_seq(session)
    if after > last or (after and after + 1 < first):
        after = 0
        yield Reset(first, last)
    seen = after
    behind = True
    while not feed.closed:
        if behind:
            page = await log.read(session, seen, PAGE)
            behind = len(page) == PAGE
        else:
            events = await feed.next()
            behind = events is None or events[0].seq > seen + 1
            page = [] if events is None or behind else [event for event in events if event.seq > seen]
        if page:
            seen = page[-1].seq
            yield page
