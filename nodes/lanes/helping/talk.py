"""One turn of the support lane, as its steps see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from langgraph.runtime import Runtime

from nodes.lanes.matching import words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.toolbox import Asked, Done, Failed, Toolbox, Used
from nodes.ports import Ports
from nodes.tools import In, LaneTool, Out, ToolContext
from state.conversation import Conversation, ConversationUpdate, Reply, Source
from state.errors import AmbiguousEffectError, NotDoneError
from state.turn import ReplyPart, Turn


@dataclass(frozen=True, slots=True)
class Talk:
    """What a step reads, and the slots that it may change."""

    state: Conversation
    runtime: Runtime[Ports]
    box: Toolbox
    phrasing: Phrasing
    slots: dict[str, str]

    @property
    def turn(self) -> Turn:
        """The turn being answered."""
        return self.state["turns"][-1]

    @property
    def text(self) -> str:
        """What the customer says."""
        return self.turn.text

    @property
    def ports(self) -> Ports:
        """What the lane needs from outside."""
        return self.runtime.context

    @property
    def context(self) -> ToolContext:
        """The turn as tools see it."""
        return ToolContext(self.box.state, self.ports)

    @property
    def awaiting(self) -> str | None:
        """What the last reply asked for."""
        return self.state["awaiting"]

    @property
    def action(self) -> str | None:
        """What the turn's intent does."""
        intent = self.ports.tenant.intent(self.state["intent"])
        return intent.answer.action if intent else None

    @property
    def tapped(self) -> bool:
        """Whether a button was tapped: its words are ours, not the customer's."""
        return any(isinstance(part, ReplyPart) for part in self.turn.parts)

    def says(self, key: str, **values: object) -> str:
        """Return one of the tenant's texts."""
        return self.phrasing.say(key, **values)

    async def use(self, tool: LaneTool[In, Out], asked: In) -> Used[Out]:
        """Use a tool, which sees what this turn told of the customer."""
        self.box.change({"slots": dict(self.slots)})
        return await self.box.use(tool, asked)

    def update(self, reply: Reply) -> ConversationUpdate:
        """Return what the lane returns."""
        return {"reply": reply, "slots": self.slots}

    def page(self, slug: str) -> list[Source]:
        """Return a knowledge page as a source."""
        page = self.phrasing.tenant.page(slug, self.phrasing.locale)
        return [Source("page", page.slug, page.title)] if page else []

    def answer(self, used: Used[Out], *, refused: str) -> Reply:
        """Return what a tool's use is answered with; `refused` is the text for what isn't this customer's.

        Raises `LanewayError` where it failed.
        """
        match used:
            case Done(reply=reply) if reply is not None:
                return reply
            case Asked(reply=reply):
                return reply
            case Failed(error=AmbiguousEffectError()):
                return Reply(self.says("confirm_doubt"), choices=self.phrasing.offer_person())
            case Failed(error=error) if not isinstance(error, NotDoneError):
                raise error
            case _:
                return Reply(self.says(refused), choices=self.phrasing.offer_person())


def substance(text: str, without: Sequence[str] = ()) -> list[str]:
    """Return the naming words of a text, without those that only say what is wanted of us."""
    return [word for word in words(text) if not any(word.startswith(stem) for stem in without)]
