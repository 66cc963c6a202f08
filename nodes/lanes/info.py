"""The info lane: opening hours, contact, knowledge pages, greetings; and "I don't know" when nothing supports more."""

from datetime import date
from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_attachments
from nodes.lanes.calendar import Moment, day, moment
from nodes.lanes.clarifying import question
from nodes.lanes.dates import named_day
from nodes.lanes.knowledge import Knowledge
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.workflows import answer_workflow
from nodes.pages import Pages
from nodes.ports import Ports
from prompts.tenant import WEEKDAYS, Answer, Intent
from state.conversation import Conversation, ConversationUpdate, Reply, Source

_SUPPORTED_BY: Final = 2
"""Words a message has to share with a page before the page answers it."""


async def info(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Answer from the tenant's files."""
    turn, ports = state["turns"][-1], runtime.context
    phrasing = Phrasing(ports.tenant, turn.locale)
    attached = await answer_workflow(state, runtime) or answer_attachments(turn, phrasing)
    attached = attached or question(state["decision"], phrasing)
    if attached is not None:
        return {"reply": attached}
    intent = ports.tenant.intent(state["intent"])
    if intent is not None and intent.answer.action == "hours":
        here = moment(ports.tenant.hours, ports.clock.now(), ports.tenant.profile.timezone)
        return {"reply": hours_reply(phrasing, here, turn.text)}
    if intent is not None and intent.answer.action == "contact":
        source = Source("contact", "tenant.yaml", phrasing.tenant.profile.name)
        return {"reply": Reply(phrasing.say("contact"), [source], phrasing.offer_person())}
    return {"reply": _written(intent, phrasing) or _searched(state, phrasing, ports.pages)}


def _searched(state: Conversation, phrasing: Phrasing, pages: Pages | None) -> Reply:
    decision = state["decision"]
    if decision is not None and decision.out_of_scope > decision.confidence:
        return Reply(phrasing.unknown(), choices=phrasing.offer_person())
    return search(phrasing, state["turns"][-1].text, pages)


def _written(intent: Intent | None, phrasing: Phrasing) -> Reply | None:
    return written_answer(intent.answer, phrasing) if intent else None


def written_answer(answer: Answer, phrasing: Phrasing) -> Reply | None:
    """Return the page or text an intent names, or None when it names an action."""
    if answer.page is not None:
        page = phrasing.tenant.page(answer.page, phrasing.locale)
        return Reply(page.answer, [Source("page", page.slug, page.title)]) if page else None
    if answer.text is not None:
        choices = phrasing.main_choices() if answer.text in {"greeting", "help"} else []
        return Reply(phrasing.say(answer.text), choices=choices)
    return None


def search(phrasing: Phrasing, text: str, pages: Pages | None = None) -> Reply:
    """Answer from the page that `text` is about, else say that we don't know.

    `pages` finds it by full text and meaning; without it the page that shares the rarest words is taken.
    """
    slug = pages.find(text) if pages else _by_words(phrasing, text)
    page = phrasing.tenant.page(slug, phrasing.locale) if slug else None
    if page is None:
        return Reply(phrasing.unknown(), choices=phrasing.offer_person())
    return Reply(page.answer, [Source("page", page.slug, page.title)])


def _by_words(phrasing: Phrasing, text: str) -> str | None:
    pages = [match for match in Knowledge.of(phrasing.tenant).pages.find(text) if len(match.shared) >= _SUPPORTED_BY]
    return pages[0].item.slug if pages else None


def hours_reply(phrasing: Phrasing, here: Moment, text: str) -> Reply:
    """Answer for the day the customer named, else for now and the week."""
    source = [Source("hours", "hours.yaml", phrasing.tenant.profile.name)]
    asked = named_day(text, here.today.date, phrasing.locale)
    if asked is not None:
        return Reply(_one_day(phrasing, asked), source)
    if here.open_until is not None:
        now = phrasing.say("hours_open_now", closes=phrasing.clock(here.open_until.time()))
    elif here.opens_at is not None:
        now = phrasing.say("hours_closed_now", opens=phrasing.when(here.opens_at, here.today.date))
    else:
        now = ""
    week = phrasing.say("hours_week", week=week_lines(phrasing))
    return Reply(f"{now}\n{week}".strip(), source)


def _one_day(phrasing: Phrasing, on: date) -> str:
    that_day = day(phrasing.tenant.hours, on)
    name = phrasing.calendar_day(on)
    if that_day.intervals:
        return phrasing.say("hours_day", day=name, hours=phrasing.intervals(that_day.intervals))
    if that_day.special is not None:
        return phrasing.say("hours_day_special", day=name, reason=phrasing.local(that_day.special.reason))
    return phrasing.say("hours_day_closed", day=name)


def week_lines(phrasing: Phrasing) -> str:
    """Return the week, one line for each run of days with the same hours."""
    runs: list[tuple[list[int], str]] = []
    for index, name in enumerate(WEEKDAYS):
        intervals = phrasing.tenant.hours.week.get(name, [])
        hours = phrasing.intervals(intervals) if intervals else phrasing.say("closed")
        if runs and runs[-1][1] == hours:
            runs[-1][0].append(index)
        else:
            runs.append(([index], hours))
    return "\n".join(f"• {_span(phrasing, days)}: {hours}" for days, hours in runs)


def _span(phrasing: Phrasing, days: list[int]) -> str:
    first = phrasing.weekday(WEEKDAYS[days[0]])
    return first if len(days) == 1 else f"{first} – {phrasing.weekday(WEEKDAYS[days[-1]])}"
