"""The question which of two things was meant, with a button for each."""

from typing import Final

from nodes.lanes.phrasing import Phrasing
from prompts.texts import CHOICE_TITLE_LIMIT
from state.conversation import Choice, Reply
from state.decision import Lane, RouterDecision

CHOICE: Final = "choice"
"""What the conversation awaits after the question; then it isn't asked again."""


def question(decision: RouterDecision | None, phrasing: Phrasing) -> Reply | None:
    """Return the question when the decision leaves two things open, else None."""
    if decision is None or not decision.clarify:
        return None
    choices = [Choice(f"intent:{one.intent}", _title(one.lane, phrasing)) for one in decision.clarify]
    return Reply(phrasing.say("clarify"), choices=choices, awaiting=CHOICE)


def _title(lane: Lane, phrasing: Phrasing) -> str:
    if lane == "handoff":
        return phrasing.say("offer_person")
    titles = {spec.name: phrasing.local(spec.title) for spec in phrasing.tenant.lanes}
    title = titles.get(lane, lane)
    return title if len(title) <= CHOICE_TITLE_LIMIT else f"{title[: CHOICE_TITLE_LIMIT - 1]}…"
