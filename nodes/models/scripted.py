"""A decider and a writer that play a script, for dialogues and evaluations without a model."""

import re
from collections.abc import Callable, Mapping, Sequence

from nodes.models.asking import Decided, Prompt, Question, Verdict
from nodes.models.gathering import Answer
from nodes.models.pieces import ChatRequest
from state.errors import ModelError

Line = Mapping[str, str] | ModelError
"""A choice by the name of its question, or the error to raise."""


class ScriptedDecider:
    """Plays its lines in order, or asks a function for each; the last line is repeated.

    A question that a line doesn't name gets its first option. `asked` is what it was asked, in order.
    """

    def __init__(
        self, script: Sequence[Line] | Callable[[Prompt], Line], *, sure: float = 1.0, model: str = "scripted:play"
    ) -> None:
        self._script = script
        self._sure = sure
        self._model = model
        self.asked: list[tuple[Prompt, Sequence[Question]]] = []

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        """Return what the script says; raises `ModelError` where it does, or where it chooses what isn't offered."""
        self.asked.append((prompt, questions))
        line = self._line(prompt)
        if isinstance(line, ModelError):
            raise line
        verdicts = {one.name: self._verdict(one, line.get(one.name, one.options[0].name)) for one in questions}
        return Decided(verdicts, self._model, cost_usd=0.0)

    def _line(self, prompt: Prompt) -> Line:
        if callable(self._script):
            return self._script(prompt)
        return self._script[min(len(self.asked), len(self._script)) - 1]

    def _verdict(self, question: Question, choice: str) -> Verdict:
        names = [option.name for option in question.options]
        if choice not in names:
            raise ModelError("unknown_label", self._model, f"{question.name!r} has no such option")
        rest = (1.0 - self._sure) / max(len(names) - 1, 1)
        return Verdict(choice, {name: self._sure if name == choice else rest for name in names})


class ScriptedWriter:
    """A `Writer` that plays its lines in order, word by word; the last one is repeated.

    For a chat model: `LanewayChat(writer=ScriptedWriter(["Hello!"]))`. `asked` is what it was asked, in order.
    """

    names: Sequence[str] = ("scripted:play",)

    def __init__(self, script: Sequence[str | Answer | ModelError]) -> None:
        self._script = script
        self.asked: list[ChatRequest] = []

    async def write(self, request: ChatRequest, tell: Callable[[str], None]) -> Answer:
        """Return the next answer; raises `ModelError` where the script does."""
        self.asked.append(request)
        line = self._script[min(len(self.asked), len(self._script)) - 1]
        if isinstance(line, ModelError):
            raise line
        answer = Answer(line, [], self.names[0]) if isinstance(line, str) else line
        for word in re.findall(r"\S+\s*|\s+", answer.text):
            tell(word)
        return answer
