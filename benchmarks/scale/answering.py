"""The command line of Laneway with lane agents that wait as long as a model takes, and always say the same."""

import asyncio
from typing import Final

from langgraph.runtime import Runtime

from graphs.conversation import AGENTS
from nodes.ports import Ports
from server.cli import main
from state.conversation import Conversation, ConversationUpdate, Reply

MODEL_S: Final = 0.8


async def scripted(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:  # noqa: ARG001 # as nodes are
    """Answer when a model would have."""
    await asyncio.sleep(MODEL_S)
    return {"reply": Reply("We open at nine.")}


if __name__ == "__main__":
    AGENTS.update(dict.fromkeys(AGENTS, scripted))
    main()
